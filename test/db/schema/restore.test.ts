import type pg from 'pg';
import { describe, expect } from 'vitest';
import { standing } from '../../../src/db/inventory/catalogue.ts';
import { partsOf } from '../../../src/db/inventory/migrated.ts';
import { capturing, migrated, missingOf, viewing } from '../../../src/db/inventory/missing.ts';
import { keyOf } from '../../../src/db/inventory/part.ts';
import { writing } from '../../../src/db/lease/transaction.ts';
import { migrate, missingObjects, type Restored } from '../../../src/db/schema/migrate.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { resources as allResources, resourceNamed } from '../../../src/resources/index.ts';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { expectMirror } from '../../helpers/compare-mirror.ts';
import { test as onDatabase, type TestDatabase } from '../../helpers/database.ts';
import { push, statesIn } from '../../helpers/edits.ts';
import { install } from '../../helpers/fields.ts';
import { test } from '../../helpers/session.ts';

const hashesIn = async (pool: pg.Pool) =>
  (await pool.query<{ hash: string }>('SELECT hash FROM pylon_sync.migrations')).rows.map(({ hash }) => hash);

describe('what a database has is known', () => {
  onDatabase('all of it, and nothing that is not there', async ({ database: { pool } }) => {
    const parts = [...migrated(await hashesIn(pool)).parts, ...capturing(), ...viewing()];
    expect(await missingOf(pool, parts)).toEqual([]);
    const known = new Set(parts.map(keyOf));
    const unknown = [...(await standing(pool))].filter(
      // What migrations are noted in comes before them; NOT NULL is a constraint from Postgres 18 on.
      (key) =>
        !known.has(key) &&
        !key.includes('_not_null') &&
        !/^index \S+ {2}\S+_pkey$|^index .*lease_token|^index .*digest|^index .*bi_columns_/.test(key),
    );
    expect(unknown).toEqual([]);
    expect(await missingObjects(pool)).toEqual([]);
  });

  onDatabase(
    'no text is empty by default, which drizzle-kit pull writes as a lone quote, nor once its column is made again',
    async ({ database: { pool } }) => {
      await pool.query('ALTER TABLE pylon.tags DROP COLUMN _hash CASCADE');
      await migrate(pool);
      const { rows } = await pool.query<{ column: string; default: string }>(
        `SELECT format('%s.%s', attrelid::regclass, attname) AS column, pg_get_expr(adbin, adrelid) AS default
           FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
          WHERE attrelid::regclass::text LIKE 'pylon%'`,
      );
      expect(rows.filter((one) => one.default.startsWith("''"))).toEqual([]);
      expect(rows).toContainEqual({ column: 'pylon.tags._hash', default: "'none'::text" });
    },
  );

  onDatabase('a statement that is not understood is none to pass over', () => {
    expect(() => partsOf(['ALTER TYPE pylon.x ADD VALUE 1'])).toThrow(/is not understood: ALTER TYPE/);
  });
});

const RESOURCES = ['accounts', 'issues', 'issue_messages'];

const ALLOW = `INSERT INTO pylon_sync.settings (key, value) VALUES ('allow', '["update", "create"]')
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

/** What was done to a database, what `check` names of it, and the resources that are read anew. */
type Damage = readonly [
  statements: readonly string[],
  named: readonly string[],
  anew: readonly string[] | 'all',
];

const DAMAGE: readonly Damage[] = [
  [['DROP SCHEMA pylon CASCADE'], ['schema pylon'], 'all'],
  [
    ['DROP TABLE pylon.accounts CASCADE', 'ALTER TABLE pylon.issues DROP COLUMN title CASCADE'],
    [
      ...['table pylon.accounts', 'view pylon_bi.accounts', 'column pylon.issues.title'],
      ...['trigger pylon.issues.pylon_sync_before_3_stamp', 'view pylon_bi.issues'],
    ],
    ['accounts', 'issues'],
  ],
];

/** What holds no rows: it is made again, and nothing is read for it. */
const WITHOUT_ROWS: readonly Damage[] = [
  [
    [
      'DROP INDEX pylon.issues_of_account',
      'ALTER TABLE pylon.issues DROP CONSTRAINT issues_pkey',
      'DROP TABLE pylon_sync.cursors',
    ],
    ['index pylon.issues_of_account', 'constraint pylon.issues.issues_pkey', 'table pylon_sync.cursors'],
    [],
  ],
  [
    [
      'DROP TRIGGER pylon_sync_capture_all ON pylon.issues',
      'ALTER TABLE pylon.accounts DISABLE TRIGGER pylon_sync_capture_all',
      // One of two, and both of two.
      'DROP FUNCTION pylon.add_thread(text, text)',
      'DROP FUNCTION pylon.snooze_issue(text, timestamptz), pylon.snooze_issue(bigint, timestamptz)',
      'DROP VIEW pylon_bi.issues CASCADE',
    ],
    [
      'trigger pylon.issues.pylon_sync_capture_all',
      'trigger pylon.accounts.pylon_sync_capture_all',
      'function pylon.add_thread (2)',
      'function pylon.snooze_issue',
      'function pylon.snooze_issue (2)',
      'view pylon_bi.issues',
    ],
    [],
  ],
];

describe('what was lost is made again by `migrate`, and read anew, with edits kept', () => {
  test.for(DAMAGE)('%s', async ([statements, named, anew], { mirror, database }) => {
    const resources = RESOURCES.map(resourceNamed);
    const mirrored = await mirror({ issues: 5 }, { resources });
    const { sandbox, session } = mirrored;
    const { pool } = database;
    await pool.query(ALLOW);
    await pool.query("UPDATE pylon.issues SET title = 'Wanted', tags = tags || '{wanted}' WHERE number = 2");
    await pool.query("INSERT INTO pylon.accounts (id, name) VALUES ('local-a', 'Wanted too')");
    const fresh = async () =>
      (await pool.query("SELECT fresh_as_of FROM pylon_bi.freshness WHERE resource = 'accounts'")).rows[0]
        ?.fresh_as_of;
    expect(await fresh()).not.toBeNull();

    for (const statement of statements) await pool.query(statement);
    expect(await missingObjects(pool)).toEqual(expect.arrayContaining([...named]));

    const told: Restored[] = [];
    await migrate(pool, { onRestored: (restored) => void told.push(restored) });
    expect(told).toHaveLength(1);
    expect(told[0]?.objects).toEqual(expect.arrayContaining([...named]));
    const all = allResources.map(({ name }) => name);
    expect(told[0]?.resources.toSorted()).toEqual((anew === 'all' ? all : anew).toSorted());
    expect(await missingObjects(pool)).toEqual([]);
    // Nobody claims that the rows are there.
    expect(await fresh()).toBeNull();
    // Whoever worked on the database meanwhile writes nothing more.
    const { db, lease } = session.ctx;
    await expect(writing(db, lease, async () => {})).rejects.toThrow(LeaseLostError);
    await session.close();

    const next = await mirrored.reopen({ resources });
    for (const { resource, state, error } of (await next.first()).values())
      expect([resource, state, error]).toEqual([resource, 'done', undefined]);
    expect(await fresh()).not.toBeNull();
    expect((await pool.query('SELECT title FROM pylon.issues WHERE number = 2')).rows).toEqual([
      { title: 'Wanted' },
    ]);
    expect((await pool.query("SELECT name FROM pylon.accounts WHERE id = 'local-a'")).rows).toEqual([
      { name: 'Wanted too' },
    ]);
    expect(await statesIn(database)).toEqual(['pending', 'pending']);
    // Captured again, as it was.
    await pool.query("UPDATE pylon.issues SET title = 'Captured' WHERE number = 3");
    expect(await statesIn(database)).toEqual(['pending', 'pending', 'pending']);
    await push({ session: next }, { allow: ['update', 'create'] });
    expect(await statesIn(database)).toEqual(['applied', 'applied', 'applied']);
    await next.pull();
    await expectMirror(pool, sandbox, RESOURCES);
  });

  onDatabase(
    'what holds no rows is made again, and nothing is read for it',
    async ({ database: { pool } }) => {
      for (const [statements, named, anew] of WITHOUT_ROWS) {
        for (const statement of statements) await pool.query(statement);
        expect(await missingObjects(pool)).toEqual(expect.arrayContaining([...named]));
        const told: Restored[] = [];
        await migrate(pool, { onRestored: (restored) => void told.push(restored) });
        expect(told).toEqual([{ objects: expect.arrayContaining([...named]), resources: anew }]);
        expect(await missingObjects(pool)).toEqual([]);
      }
      await migrate(pool, {
        onRestored: ({ objects }) => {
          throw new Error(`made again: ${objects.join(', ')}`);
        },
      });
    },
  );

  onDatabase(
    'roles are given again what they had of it; what people revoked of anything else stays so',
    async ({ database: { pool } }) => {
      const may = async (role: string, privilege: string, relation: string) =>
        (await pool.query('SELECT has_table_privilege($1, $2, $3) AS may', [role, relation, privilege]))
          .rows[0].may as boolean;
      await pool.query(
        'REVOKE UPDATE ON pylon.accounts FROM pylon_editor; REVOKE SELECT ON pylon.tags, pylon_bi.tags FROM pylon_reader',
      );
      await pool.query(
        'DROP TABLE pylon.issues CASCADE; DROP FUNCTION pylon.snooze_issue(bigint, timestamptz)',
      );
      await migrate(pool);
      // As one of them does it.
      await pool.query("BEGIN; SET LOCAL ROLE pylon_editor; UPDATE pylon.issues SET title = 'x'; COMMIT");
      const given = async () => ({
        edits: await may('pylon_editor', 'UPDATE', 'pylon.issues'),
        reads: await may('pylon_reader', 'SELECT', 'pylon.issues'),
        views: await may('pylon_reader', 'SELECT', 'pylon_bi.issues'),
        calls: (
          await pool.query(
            `SELECT bool_and(has_function_privilege('pylon_editor', oid, 'EXECUTE')) AS may
               FROM pg_proc WHERE proname = 'snooze_issue' AND pronamespace = 'pylon'::regnamespace`,
          )
        ).rows[0].may,
      });
      const revoked = async () => [
        await may('pylon_editor', 'UPDATE', 'pylon.accounts'),
        await may('pylon_reader', 'SELECT', 'pylon.tags'),
        await may('pylon_reader', 'SELECT', 'pylon_bi.tags'),
      ];
      expect(await given()).toEqual({ edits: true, reads: true, views: true, calls: true });
      expect(await revoked()).toEqual([false, false, false]);

      // Given once: what is revoked of the new one stays revoked.
      await pool.query('REVOKE UPDATE ON pylon.issues FROM pylon_editor');
      // With the views of another version, of which nobody knows which there were.
      await pool.query(
        `UPDATE pylon_sync.settings SET value = value || '{"": "another"}' WHERE key = 'views'; DROP SCHEMA pylon_bi CASCADE`,
      );
      expect(await missingObjects(pool)).toEqual(['schema pylon_bi']);
      await migrate(pool);
      expect(await given()).toEqual({ edits: false, reads: true, views: true, calls: true });
      expect(await revoked()).toEqual([false, false, true]);
      await pool.query('CREATE VIEW pylon_bi.later AS SELECT 1 AS one');
      expect(await may('pylon_reader', 'SELECT', 'pylon_bi.later')).toBe(true);
    },
  );

  test('DROP SCHEMA pylon_sync CASCADE: everything is read again, into what stands', async ({
    mirror,
    database,
  }) => {
    const resources = RESOURCES.map(resourceNamed);
    const mirrored = await mirror({ issues: 5 }, { resources });
    await database.pool.query("UPDATE pylon.issues SET title = 'Nobody knows any more' WHERE number = 2");
    await mirrored.session.close();
    await database.pool.query('DROP SCHEMA pylon_sync CASCADE');
    expect(await missingObjects(database.pool)).toEqual(['schema pylon_sync']);
    await migrate(database.pool);
    const [issue] = mirrored.sandbox.world.all('issues');
    const { id, updated_at } = issue?.object ?? {};
    // With no later time to go by: the order of requests alone says which is newer.
    mirrored.sandbox.world.patch('issues', String(id), { title: 'Changed meanwhile', updated_at });
    const next = await mirrored.reopen({ resources });
    for (const { resource, state, error } of (await next.first()).values())
      expect([resource, state, error]).toEqual([resource, 'done', undefined]);
    // Requests are numbered from behind what rows tell of: the change was not taken for an older one.
    await expectMirror(database.pool, mirrored.sandbox, RESOURCES);
  });
});

describe('an installation of views that was interrupted is finished, and nothing of it was ever lost', () => {
  const killed = new Error('killed');
  const isThere = async (pool: pg.Pool, view: string) =>
    (await pool.query('SELECT to_regclass($1) IS NOT NULL AS there', [`pylon_bi.${view}`])).rows[0].there;
  /** Installs views as a process does that is killed once it has decided which. */
  const killedBeforeTheFirst = (database: TestDatabase) =>
    expect(install(database, { signal: AbortSignal.abort(killed) })).rejects.toBe(killed);
  const migrateTelling = async ({ pool }: TestDatabase) => {
    const told: (readonly string[])[] = [];
    await migrate(pool, { onRestored: ({ objects }) => told.push(objects) });
    return told;
  };

  onDatabase('of a type that objects were read of', async ({ database }) => {
    const { pool } = database;
    await asDaemon(pool, "INSERT INTO pylon.custom_objects (id, type, name) VALUES ('c', 'license', 'One')");
    await killedBeforeTheFirst(database);
    expect(await missingObjects(pool)).toEqual([]);
    expect(await migrateTelling(database)).toEqual([]);
    expect(await isThere(pool, 'custom_license')).toBe(true);
    // A view that was installed before is reported as missing.
    await pool.query('DROP VIEW pylon_bi.custom_license');
    expect(await missingObjects(pool)).toEqual(['view pylon_bi.custom_license']);
    expect(await migrateTelling(database)).toEqual([['view pylon_bi.custom_license']]);
    expect(await isThere(pool, 'custom_license')).toBe(true);
  });

  onDatabase('of a version', async ({ database }) => {
    const { pool } = database;
    await pool.query("DROP SCHEMA pylon_bi CASCADE; DELETE FROM pylon_sync.settings WHERE key = 'views'");
    await killedBeforeTheFirst(database);
    expect(await migrateTelling(database)).toEqual([]);
    for (const view of ['issues', 'issue_tags']) expect(await isThere(pool, view)).toBe(true);
    expect(await missingObjects(pool)).toEqual([]);
  });

  onDatabase('of a view that stands in a former form', async ({ database }) => {
    const { pool } = database;
    await pool.query(
      `UPDATE pylon_sync.settings SET value = value || '{"pylon_bi.tags": "another"}' WHERE key = 'views'`,
    );
    await killedBeforeTheFirst(database);
    const made: string[] = [];
    await migrate(pool, { onRemade: (names) => made.push(...names) });
    expect(made).toEqual(['pylon_bi.tags']);
  });
});
