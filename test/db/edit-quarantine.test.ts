import { type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { PgDialect } from 'drizzle-orm/pg-core';
import { expect } from 'vitest';
import { forgetTables, isCopied, quarantineEdits } from '../../src/db/edits/identity.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, statesIn } from '../helpers/edits.ts';
import { test } from '../helpers/leased-database.ts';

test('no edit of a database that was restored keeps the number of its transaction, which is another one there', async ({
  mirror,
  database,
}) => {
  await quarantineEdits(mirror, mirror.lease);
  await asDaemon(database.pool, "INSERT INTO pylon.issues (id, title, _hash) VALUES ('i1', 'One', 'h')");
  await database.pool.query("UPDATE pylon.issues SET title = 'Two'");
  await database.pool.query("UPDATE pylon.issues SET title = 'Three'");
  await database.pool.query("UPDATE pylon_sync.edits SET state = 'failed' WHERE id = 2");
  const { rows } = await database.pool.query('SELECT txid FROM pylon_sync.edits ORDER BY id');
  await asDaemon(
    database.pool,
    "UPDATE pylon_sync.settings SET value = '\"of another server\"' WHERE key = 'identity'",
  );
  expect(await quarantineEdits(mirror, mirror.lease)).toBe(1);
  for (const { txid } of rows) {
    await database.pool.query('SELECT pylon_sync.approve_edits(txid => $1)', [txid]);
    await database.pool.query('SELECT pylon_sync.retry_edits(txid => $1)', [txid]);
  }
  expect(await editsIn(database)).toMatchObject([
    { state: 'draft', txid: null },
    { state: 'failed', txid: null },
  ]);
  // By themselves they go.
  await database.pool.query('SELECT pylon_sync.approve_edit(1)');
  expect(await editsIn(database)).toMatchObject([{ state: 'pending' }, { state: 'failed' }]);
});

/** An issue with an edit that waits. */
async function queueEdit({ pool }: TestDatabase): Promise<void> {
  await asDaemon(pool, "INSERT INTO pylon.issues (id, title, _hash) VALUES ('i1', 'One', 'h')");
  await pool.query("UPDATE pylon.issues SET title = 'Two'");
}

/** Writes the rows of a table anew, as a restore does. */
const writeAgain = ({ pool }: TestDatabase, table: string) =>
  asDaemon(
    pool,
    `CREATE TEMP TABLE rows_before AS SELECT * FROM pylon_sync.${table}; DELETE FROM pylon_sync.${table};
     INSERT INTO pylon_sync.${table} OVERRIDING SYSTEM VALUE SELECT * FROM rows_before; DROP TABLE rows_before`,
  );

const forgetIdentity = ({ pool }: TestDatabase) =>
  asDaemon(pool, "DELETE FROM pylon_sync.settings WHERE key = 'identity'");

test('what waits in a database over which its own dump was restored becomes drafts, and not where `migrate` made a lost table again', async ({
  mirror,
  database,
}) => {
  await quarantineEdits(mirror, mirror.lease);
  await queueEdit(database);
  expect(await isCopied(mirror)).toBe(false);
  // As pg_restore --clean: a table of the same name with the same rows.
  await asDaemon(
    database.pool,
    `ALTER TABLE pylon_sync.settings RENAME TO settings_before;
     CREATE TABLE pylon_sync.settings (LIKE pylon_sync.settings_before INCLUDING ALL);
     INSERT INTO pylon_sync.settings SELECT * FROM pylon_sync.settings_before; DROP TABLE pylon_sync.settings_before`,
  );
  expect(await isCopied(mirror)).toBe(true);
  const client = await database.pool.connect();
  await client.query('BEGIN');
  await forgetTables(drizzle({ client }));
  expect(await isCopied({ orm: drizzle({ client }) })).toBe(false);
  await client.query('ROLLBACK');
  client.release();
  expect(await quarantineEdits(mirror, mirror.lease)).toBe(1);
  expect(await isCopied(mirror)).toBe(false);
});

test('what waits while a version that saved less of the identity is followed goes on waiting', async ({
  mirror,
  database,
}) => {
  await quarantineEdits(mirror, mirror.lease);
  await queueEdit(database);
  const identity = async () =>
    (await mirror.rows<{ value: string }>("SELECT value FROM pylon_sync.settings WHERE key = 'identity'"))[0]
      ?.value;
  const whole = await identity();
  await asDaemon(
    database.pool,
    String.raw`UPDATE pylon_sync.settings SET value = to_jsonb(substring(value #>> '{}' FROM '^\d+\.\d+\.\d+')) WHERE key = 'identity'`,
  );
  expect(await identity()).not.toBe(whole);
  expect(await isCopied(mirror)).toBe(false);
  expect(await quarantineEdits(mirror, mirror.lease)).toBe(0);
  expect(await identity()).toBe(whole);
  expect(await statesIn(database)).toEqual(['pending']);
});

test('what waits in a database whose rows alone were restored becomes drafts, and not what a person edited before the first start', async ({
  mirror,
  database,
}) => {
  await forgetIdentity(database);
  await queueEdit(database);
  expect(await isCopied(mirror)).toBe(false);
  expect(await quarantineEdits(mirror, mirror.lease)).toBe(0);
  expect(await statesIn(database)).toEqual(['pending']);

  await forgetIdentity(database);
  await writeAgain(database, 'edits');
  expect(await isCopied(mirror)).toBe(true);
  expect(await quarantineEdits(mirror, mirror.lease)).toBe(1);
  expect(await editsIn(database)).toMatchObject([{ state: 'draft', txid: null }]);
});

test('a user without the right to read the position of the log recognises the database', async ({
  mirror,
}) => {
  await quarantineEdits(mirror, mirror.lease);
  const refused: Pick<typeof mirror, 'orm'> = {
    orm: {
      ...mirror.orm,
      execute: ((query: SQL) =>
        mirror.orm.execute(
          new PgDialect().sqlToQuery(query).sql.includes('pg_current_wal_lsn') ? sql`SELECT 1 / 0` : query,
        )) as typeof mirror.orm.execute,
    } as typeof mirror.orm,
  };
  expect(await isCopied(refused)).toBe(false);
});
