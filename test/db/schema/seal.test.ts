import type pg from 'pg';
import { describe, expect } from 'vitest';
import { noteTroubles } from '../../../src/db/bi/trouble.ts';
import { atomically } from '../../../src/db/connection/atomic.ts';
import { migrate, missingObjects } from '../../../src/db/schema/migrate.ts';
import { isSealedBy, readSealed } from '../../../src/db/schema/seal.ts';
import { inDaemonTransaction } from '../../helpers/as-daemon.ts';
import { test } from '../../helpers/database.ts';
import { countingRoundTrips } from '../../helpers/round-trips.ts';

const PROGRAM = 'this one';

const isSealed = async (pool: Pick<pg.Pool, 'connect'>, program = PROGRAM) =>
  isSealedBy(await atomically(pool as pg.Pool, readSealed), program);

/** What changes something that a migration looks at. */
const CHANGES = {
  'a column is dropped': 'ALTER TABLE pylon.issues DROP COLUMN tags CASCADE',
  'an index is dropped': 'DROP INDEX pylon.issues_of_account',
  'a constraint is dropped': 'ALTER TABLE pylon.issues DROP CONSTRAINT issues_pkey',
  'a default is dropped': 'ALTER TABLE pylon.issues ALTER COLUMN _hash DROP DEFAULT',
  'a table is dropped': 'DROP TABLE pylon_sync.cursors',
  'a schema is dropped': 'DROP SCHEMA pylon_bi CASCADE',
  'a trigger is dropped': 'DROP TRIGGER pylon_sync_capture_all ON pylon.issues',
  'a trigger is disabled': 'ALTER TABLE pylon.accounts DISABLE TRIGGER pylon_sync_capture_all',
  'row security is disabled': 'ALTER TABLE pylon_sync.edits DISABLE ROW LEVEL SECURITY',
  'a function is dropped': 'DROP FUNCTION pylon.add_thread(text, text)',
  'a view is dropped': 'DROP VIEW pylon_bi.issues CASCADE',
  'a table has another owner': 'ALTER TABLE pylon.tags OWNER TO pylon_reader',
  'a role’s grant is revoked': 'REVOKE SELECT ON pylon.issues FROM pylon_reader',
  'the owner’s grant on a function is revoked':
    'REVOKE EXECUTE ON FUNCTION pylon_sync.discard_edit(bigint) FROM CURRENT_USER',
  'a grant on a column is made': 'GRANT SELECT (title) ON pylon.issues TO PUBLIC',
  'a grant on later objects is revoked':
    'ALTER DEFAULT PRIVILEGES IN SCHEMA pylon REVOKE SELECT ON TABLES FROM pylon_reader',
  'the publication is dropped': 'DROP PUBLICATION pylon',
  'a table is no longer published': 'ALTER PUBLICATION pylon DROP TABLE pylon.issues',
  'what was installed is forgotten': "DELETE FROM pylon_sync.settings WHERE key = 'capture'",
  'a migration is noted': "INSERT INTO pylon_sync.migrations (hash, created_at) VALUES ('x', 1)",
} as const;

describe('a database that a program has found whole', () => {
  test('is not looked through again by the same program', async ({ database }) => {
    const { pool } = await database.connected();
    expect(await isSealed(pool)).toBe(false);
    await migrate(pool as pg.Pool, { program: PROGRAM });
    expect(await isSealed(pool)).toBe(true);
    const { asked } = await countingRoundTrips(() => migrate(pool as pg.Pool, { program: PROGRAM }));
    // The lock and what is read.
    expect(asked).toMatchObject({ transactions: 1 });
    expect(await isSealed(pool, 'another one')).toBe(false);
    const other = await countingRoundTrips(() => migrate(pool as pg.Pool, { program: 'another one' }));
    expect(other.asked.transactions).toBeGreaterThan(3);
    expect(await isSealed(pool, 'another one')).toBe(true);
  });

  test('is looked through by a program that has no name', async ({ database }) => {
    const { pool } = await database.connected();
    await migrate(pool as pg.Pool, { program: undefined });
    const { asked } = await countingRoundTrips(() => migrate(pool as pg.Pool, { program: undefined }));
    expect(asked.transactions).toBeGreaterThan(3);
  });

  // Each is rolled back: one database is sealed for all of them.
  test('is looked through once anything is changed that a migration looks at', async ({
    database: { pool },
  }) => {
    await migrate(pool, { program: PROGRAM });
    const client = await pool.connect();
    const unnoticed: string[] = [];
    try {
      for (const [what, statement] of Object.entries(CHANGES)) {
        await client.query('BEGIN');
        const before = await readSealed(client);
        expect(isSealedBy(before, PROGRAM)).toBe(true);
        await client.query(statement);
        const after = await readSealed(client).catch(() => undefined);
        if (after?.present === before.present) unnoticed.push(what);
        await client.query('ROLLBACK');
      }
    } finally {
      client.release(true);
    }
    expect(unnoticed).toEqual([]);
  });

  // All is rolled back, the roles too.
  test('is looked through once the login becomes a member of an owner', async ({ database: { pool } }) => {
    await migrate(pool, { program: PROGRAM });
    const client = await pool.connect();
    try {
      await client.query(`
        BEGIN;
        CREATE ROLE seal_login; CREATE ROLE seal_owner; CREATE ROLE seal_stranger;
        GRANT USAGE ON SCHEMA pylon_sync TO seal_login;
        GRANT SELECT ON pylon_sync.settings, pylon_sync.migrations TO seal_login;
        ALTER TABLE pylon.tags OWNER TO seal_owner`);
      const presentTo = async (statement: string) => {
        await client.query(`${statement}; SET LOCAL ROLE seal_login`);
        const { present } = await readSealed(client);
        await client.query('RESET ROLE');
        return present;
      };
      const before = await presentTo('SELECT');
      expect(await presentTo('GRANT seal_stranger TO seal_login')).toBe(before);
      expect(await presentTo('GRANT seal_owner TO seal_login')).not.toBe(before);
    } finally {
      client.release(true);
    }
  });

  test('is mended when something of it is lost, and found whole again', async ({ database: { pool } }) => {
    await migrate(pool, { program: PROGRAM });
    await pool.query('DROP VIEW pylon_bi.issues CASCADE; DROP TABLE pylon_sync.settings');
    await migrate(pool, { program: PROGRAM });
    expect(await missingObjects(pool)).toEqual([]);
    // What a migration has made, another one has to find.
    expect(await isSealed(pool)).toBe(false);
    await migrate(pool, { program: PROGRAM });
    expect(await isSealed(pool)).toBe(true);
  });

  test('stays so whatever rows it holds, and however they are counted', async ({ database: { pool } }) => {
    await migrate(pool, { program: PROGRAM });
    await pool.query(`
      INSERT INTO pylon_sync.cursors (resource, scope, position) VALUES ('issues', 'backfill', '{}');
      INSERT INTO pylon_sync.settings (key, value) VALUES ('allow', '[]')`);
    await pool.query('VACUUM ANALYZE pylon_sync.cursors, pylon.issues');
    expect(await isSealed(pool)).toBe(true);
  });

  test('is not one whose views are in trouble', async ({ database: { pool } }) => {
    await migrate(pool, { program: PROGRAM });
    const trouble = { relation: 'pylon_bi.issues', because: 'somebody uses it', blockers: [], left_out: [] };
    await inDaemonTransaction(pool, (tx) => noteTroubles(tx, [trouble]));
    expect(await isSealed(pool)).toBe(false);
    // The next one creates it, which is a change; the one after that finds all whole.
    for (const sealed of [false, true]) {
      await migrate(pool, { program: PROGRAM });
      expect(await isSealed(pool)).toBe(sealed);
    }
  });
});
