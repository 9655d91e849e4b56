import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, jsonb, pgSchema, text, timestamp } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { createDatabase, type OwnDatabase } from '../helpers/database.ts';
import { editsIn } from '../helpers/edits.ts';

let database: OwnDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database?.drop());
beforeEach(() =>
  asDaemon(
    database.pool,
    `DELETE FROM pylon_sync.edits; DELETE FROM pylon.accounts;
     INSERT INTO pylon.accounts (id, name, type, tags, custom_fields, created_at, updated_at, _synced_at, _order)
     VALUES ('a1', 'Acme', 'customer', '{a}', '{"tier": "gold"}', '2026-01-01T00:00:00.123456Z', '2026-02-01T00:00:00.654321Z',
             '2026-02-02T00:00:00.777888Z', 7)`,
  ),
);

/** The row as node-postgres reads it: instants as dates, without microseconds. */
async function read(): Promise<Record<string, unknown>> {
  const { rows } = await database.pool.query("SELECT * FROM pylon.accounts WHERE id = 'a1'");
  return rows[0];
}

/** The daemon brings a change of another column. */
const pull = () =>
  asDaemon(
    database.pool,
    "UPDATE pylon.accounts SET type = 'partner', updated_at = '2026-02-03T00:00:00Z', _synced_at = now(), _order = 8",
  );

const iso = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
/** As Sequelize writes a date. */
const spaced = (value: unknown) =>
  value instanceof Date ? value.toISOString().replace('T', ' ').replace('Z', ' +00:00') : value;
const now = () => new Date();
const json = (value: unknown) => JSON.stringify(value);

type Row = Record<string, unknown>;
type Statement = readonly [sql: string, values: (row: Row) => readonly unknown[]];

/** The statements that programs send: for one changed property, and for a whole row. */
const STATEMENTS: Readonly<Record<string, { readonly one?: Statement; readonly whole: Statement }>> = {
  // sequelize 6.37: account.name = 'New'; await account.save() · account.save({ fields: [all] })
  Sequelize: {
    one: [
      'UPDATE "pylon"."accounts" SET "name"=$1,"updated_at"=$2 WHERE "id" = $3',
      () => ['New', spaced(now()), 'a1'],
    ],
    whole: [
      'UPDATE "pylon"."accounts" SET "name"=$1,"type"=$2,"tags"=$3,"custom_fields"=$4,"_synced_at"=$5,"_order"=$6,"created_at"=$7,"updated_at"=$8 WHERE "id" = $9',
      (row) => [
        ...['New', row.type, row.tags, json(row.custom_fields), spaced(row._synced_at), row._order],
        ...[spaced(row.created_at), spaced(now()), 'a1'],
      ],
    ],
  },
  // sequelize 6.37: Account.upsert(account.get())
  'Sequelize, upsert': {
    whole: [
      'INSERT INTO "pylon"."accounts" ("id","name","type","tags","custom_fields","_synced_at","_order","created_at","updated_at") VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT ("id") DO UPDATE SET "id"=EXCLUDED."id","name"=EXCLUDED."name","type"=EXCLUDED."type","tags"=EXCLUDED."tags","custom_fields"=EXCLUDED."custom_fields","_synced_at"=EXCLUDED."_synced_at","_order"=EXCLUDED."_order","created_at"=EXCLUDED."created_at","updated_at"=EXCLUDED."updated_at" RETURNING "id","name"',
      (row) => [
        ...['a1', 'New', row.type, row.tags, json(row.custom_fields), spaced(row._synced_at), row._order],
        ...[spaced(row.created_at), spaced(now())],
      ],
    ],
  },
  // typeorm 1.1: repository.save(account), with an @UpdateDateColumn · repository.update(id, account)
  TypeORM: {
    one: [
      'UPDATE "pylon"."accounts" SET "name" = $1, "updated_at" = CURRENT_TIMESTAMP WHERE "id" = $2 RETURNING "updated_at"',
      () => ['New', 'a1'],
    ],
    whole: [
      'UPDATE "pylon"."accounts" SET "id" = $1, "name" = $2, "type" = $3, "tags" = $4, "custom_fields" = $5, "created_at" = $6, "updated_at" = $7, "_synced_at" = $8, "_order" = $9 WHERE "id" = $10',
      (row) => [
        ...[
          'a1',
          'New',
          row.type,
          row.tags,
          json(row.custom_fields),
          iso(row.created_at),
          iso(row.updated_at),
        ],
        ...[iso(row._synced_at), row._order, 'a1'],
      ],
    ],
  },
  // kysely 0.28: db.updateTable('accounts').set({ ...account, name: 'New' })
  Kysely: {
    whole: [
      'update "pylon"."accounts" set "id" = $1, "name" = $2, "type" = $3, "owner_id" = $4, "owner_email" = $5, "domain" = $6, "primary_domain" = $7, "domains" = $8, "tags" = $9, "is_disabled" = $10, "channels" = $11, "external_ids" = $12, "crm_settings" = $13, "custom_fields" = $14, "latest_customer_activity_time" = $15, "created_at" = $16, "updated_at" = $17, "_synced_at" = $18, "_deleted_at" = $19, "_extra" = $20, "_hash" = $21, "_order" = $22 where "id" = $23',
      (row) => [
        ...[
          'a1',
          'New',
          row.type,
          row.owner_id,
          row.owner_email,
          row.domain,
          row.primary_domain,
          row.domains,
        ],
        ...[row.tags, row.is_disabled, row.channels, row.external_ids, row.crm_settings, row.custom_fields],
        ...[
          row.latest_customer_activity_time,
          row.created_at,
          row.updated_at,
          row._synced_at,
          row._deleted_at,
        ],
        ...[row._extra, row._hash, row._order, 'a1'],
      ],
    ],
  },
  // prisma 7.10 with @prisma/adapter-pg: prisma.accounts.update({ data: { name } }), with @updatedAt · data: { ...account, name }
  Prisma: {
    one: [
      'UPDATE "pylon"."accounts" SET "name" = $1, "updated_at" = $2 WHERE ("pylon"."accounts"."id" = $3 AND 1=1) RETURNING "pylon"."accounts"."id", "pylon"."accounts"."updated_at"',
      () => ['New', iso(now()), 'a1'],
    ],
    whole: [
      'UPDATE "pylon"."accounts" SET "id" = $1, "name" = $2, "type" = $3, "created_at" = $4, "updated_at" = $5, "_synced_at" = $6, "_order" = $7, "custom_fields" = $8, "tags" = $9 WHERE ("pylon"."accounts"."id" = $10 AND 1=1) RETURNING "pylon"."accounts"."id"',
      (row) => [
        ...['a1', 'New', row.type, iso(row.created_at), iso(row.updated_at), iso(row._synced_at), row._order],
        ...[json(row.custom_fields), row.tags, 'a1'],
      ],
    ],
  },
  // prisma 7.10: prisma.accounts.upsert({ create: account, update: { name } })
  'Prisma, upsert': {
    one: [
      'INSERT INTO "pylon"."accounts" ("id","name","updated_at") VALUES ($1,$2,$3) ON CONFLICT ("id") DO UPDATE SET "name" = $4, "updated_at" = $5 WHERE ("pylon"."accounts"."id" = $6 AND 1=1) RETURNING "pylon"."accounts"."id"',
      () => ['a1', 'New', iso(now()), 'New', iso(now()), 'a1'],
    ],
    whole: [
      'INSERT INTO "pylon"."accounts" ("id","name","updated_at") VALUES ($1,$2,$3) ON CONFLICT ("id") DO UPDATE SET "name" = $4, "type" = $5, "_synced_at" = $6 WHERE ("pylon"."accounts"."id" = $7 AND 1=1)',
      (row) => ['a1', 'New', iso(now()), 'New', row.type, iso(row._synced_at), 'a1'],
    ],
  },
  // node-postgres 8: what a program of one's own writes, with the dates that it has read.
  'node-postgres': {
    one: ['UPDATE pylon.accounts SET name = $1 WHERE id = $2', () => ['New', 'a1']],
    whole: [
      'UPDATE pylon.accounts SET name = $1, type = $2, created_at = $3, updated_at = $4 WHERE id = $5',
      (row) => ['New', row.type, row.created_at, row.updated_at, 'a1'],
    ],
  },
};

const send = ([sql, values]: Statement, row: Row) => database.pool.query(sql, [...values(row)]);
const changes = async () => (await editsIn(database)).map((edit) => edit.changes);

describe.for(Object.entries(STATEMENTS))('%s', ([, { one, whole }]) => {
  if (one !== undefined)
    test('saves one property, and what Pylon has changed meanwhile stays', async () => {
      const row = await read();
      await pull();
      await send(one, row);
      expect(await changes()).toEqual([{ name: 'New' }]);
      expect(await read()).toMatchObject({ name: 'New', type: 'partner' });
    });

  test('saves a whole row as the edit of what differs, and is refused one that has changed since', async () => {
    const row = await read();
    await send(whole, row);
    expect(await changes()).toEqual([{ name: 'New' }]);
    const next = { ...(await read()), name: 'Next' };
    await pull();
    await expect(send(whole, next)).rejects.toMatchObject({
      ...{ code: '40001', message: 'accounts a1 has changed since it was read' },
    });
    expect(await read()).toMatchObject({ type: 'partner' });
  });
});

test('Drizzle saves one property and a whole row', async () => {
  const accounts = pgSchema('pylon').table('accounts', {
    id: text().primaryKey(),
    name: text(),
    type: text(),
    tags: text().array(),
    custom_fields: jsonb(),
    created_at: timestamp({ withTimezone: true }),
    updated_at: timestamp({ withTimezone: true }).$onUpdate(() => new Date()),
    _synced_at: timestamp({ withTimezone: true }),
    _order: bigint({ mode: 'bigint' }),
  });
  const db = drizzle(database.pool);
  const mine = eq(accounts.id, 'a1');
  await db.update(accounts).set({ name: 'One' }).where(mine);
  const [row] = await db.select().from(accounts).where(mine);
  await db
    .update(accounts)
    .set({ ...row, name: 'Whole' })
    .where(mine);
  expect(await changes()).toEqual([{ name: 'One' }, { name: 'Whole' }]);
  await pull();
  const stale = await db
    .update(accounts)
    .set({ ...row, name: 'Stale' })
    .where(mine)
    .catch((error: Error) => error.cause);
  expect(stale).toBeInstanceOf(pg.DatabaseError);
  expect(stale).toMatchObject({ code: '40001' });
});
