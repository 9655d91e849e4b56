import type pg from 'pg';
import { describe, expect } from 'vitest';
import { beside } from './beside.ts';
import { createDatabase, test } from './database.ts';

/** All that a test can leave behind without changing a database's objects. */
async function stateOf(pool: pg.Pool) {
  const { rows } = await pool.query(`
    SELECT current_setting('search_path') AS path, current_user AS who, coalesce(current_setting('pylon_sync.daemon', true) = 'on', false) AS daemon,
           ARRAY(SELECT pg_listening_channels()) AS channels,
           (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
           (SELECT json_agg(s ORDER BY s.key) FROM pylon_sync.settings AS s) AS settings,
           (SELECT json_agg(t) FROM pylon.tags AS t) AS tags,
           (SELECT json_agg(m ORDER BY m.id) FROM pylon_sync.migrations AS m) AS migrations,
           (SELECT json_agg((sequencename, last_value) ORDER BY 1) FROM pg_sequences) AS sequences`);
  return rows[0];
}

describe('the database of a test', () => {
  test('is a migrated copy that other tests do not see', async ({ database }) => {
    const other = await createDatabase();
    try {
      await database.pool.query('CREATE TABLE public.mine ()');
      const count = "SELECT count(*)::int AS n FROM pg_class WHERE relname = $1 AND relkind = 'r'";
      expect((await other.pool.query(count, ['mine'])).rows).toEqual([{ n: 0 }]);
      expect((await other.pool.query(count, ['issues'])).rows).toEqual([{ n: 1 }]);
    } finally {
      await other.drop();
    }
  });

  test.for([
    ['rows', "INSERT INTO pylon.tags (id, value) VALUES ('t', 'x')"],
    [
      'what is noted of it',
      "DELETE FROM pylon_sync.settings; INSERT INTO pylon_sync.settings VALUES ('a', '1')",
    ],
    ['a number that was taken', "SELECT nextval('pylon_sync.edits_id_seq')"],
    ['what its session was set to', 'SET search_path = pylon_bi; SET ROLE pylon_reader'],
    ['what its session listens to', 'LISTEN somebody'],
    ['a lock that its session holds', 'SELECT pg_advisory_lock(7)'],
  ])('is the same one again, without %s', async ([, statement]) => {
    const first = await createDatabase();
    const before = await stateOf(first.pool);
    await first.pool.query(`SELECT set_config('pylon_sync.daemon', 'on', false); ${statement}`);
    expect(await stateOf(first.pool).catch(() => 'not for this role')).not.toEqual(before);
    await first.drop();
    const second = await createDatabase();
    try {
      expect(second.url).toBe(first.url);
      expect(await stateOf(second.pool)).toEqual(before);
    } finally {
      await second.drop();
    }
  });

  test.for([
    ['anything was made in it', 'CREATE TABLE public.mine ()'],
    ['anything was made and dropped in it', 'CREATE TABLE public.mine (); DROP TABLE public.mine'],
    ['a trigger was disabled', 'ALTER TABLE pylon.issues DISABLE TRIGGER USER'],
    ['a grant was made', 'GRANT SELECT ON pylon.issues TO PUBLIC'],
    ['a table was analyzed', 'INSERT INTO pylon.tags (id) VALUES (1); ANALYZE pylon.tags'],
    [
      'it was set up itself',
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 1000', current_database()); END $$",
    ],
  ])('is another one where %s', async ([, statement]) => {
    const first = await createDatabase();
    await first.pool.query(`SET pylon_sync.daemon = on; ${statement}`);
    await first.drop();
    const second = await createDatabase();
    try {
      expect(second.url).not.toBe(first.url);
    } finally {
      await second.drop();
    }
  });

  test('is another one where somebody is still connected', async () => {
    const first = await createDatabase();
    await beside(first, 'somebody', async (client) => {
      // It is ended with the database.
      client.on('error', () => {});
      await first.drop();
    });
    const second = await createDatabase();
    try {
      expect(second.url).not.toBe(first.url);
    } finally {
      await second.drop();
    }
  });

  test('is empty when that is asked for', async () => {
    const empty = await createDatabase({ migrated: false });
    try {
      const { rows } = await empty.pool.query("SELECT to_regnamespace('pylon') AS pylon");
      expect(rows).toEqual([{ pylon: null }]);
    } finally {
      await empty.drop();
    }
  });

  test('sorts by code point and knows its letters in UTF-8', async ({ database }) => {
    const { rows } = await database.pool.query(
      `SELECT current_setting('server_encoding') AS encoding, array(SELECT unnest('{b,ä,A,a,B}'::text[]) x ORDER BY x) AS sorted`,
    );
    expect(rows).toEqual([{ encoding: 'UTF8', sorted: ['A', 'B', 'a', 'b', 'ä'] }]);
  });
});
