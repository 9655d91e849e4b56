import { createHash } from 'node:crypto';
import type pg from 'pg';
import { expect } from 'vitest';
import { NAMES_BY_FORMER } from '../../../src/db/capture/former-names.ts';
import { CALLED_AS_CALLER } from '../../../src/db/capture/user-functions/signatures.ts';
import { migrate, missingObjects } from '../../../src/db/schema/migrate.ts';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { beside } from '../../helpers/beside.ts';
import { type TestDatabase, test } from '../../helpers/database.ts';
import { editsIn } from '../../helpers/edits.ts';

const FORMER_BY_NAME = new Map(Object.entries(NAMES_BY_FORMER).map(([former, now]) => [now, former]));

const formerly = (sql: string) =>
  sql.replace(
    /\b_\w+(?=\(|\.resource\b|\.record_id\b|\.txid\b)/g,
    (name) => FORMER_BY_NAME.get(name) ?? name,
  );

/** How the grants are noted that a role was given. */
const digestOf = (grant: string) => createHash('sha256').update(grant).digest('base64').slice(0, 8);

/** Brings the database to what an earlier version had installed: functions without the underscore, and their callers. */
async function makeFormer({ pool }: TestDatabase): Promise<void> {
  const { rows } = await pool.query<{ name: string; signature: string; definition: string; bound: boolean }>(
    `SELECT proname AS name, oid::regprocedure::text AS signature, pg_get_functiondef(oid) AS definition,
            prosqlbody IS NOT NULL AS bound
       FROM pg_proc WHERE pronamespace = 'pylon_sync'::regnamespace`,
  );
  for (const { name, signature } of rows) {
    const former = FORMER_BY_NAME.get(name);
    if (former !== undefined) await pool.query(`ALTER FUNCTION ${signature} RENAME TO ${former}`);
  }
  await pool.query('SET check_function_bodies = off');
  for (const { definition, bound } of rows)
    if (!bound) await pool.query(`SET check_function_bodies = off; ${formerly(definition)}`);
  // One that only the earlier version has.
  await pool.query(
    `CREATE FUNCTION pylon_sync.refuse_stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
     CREATE TRIGGER pylon_sync_before_2_refuse BEFORE UPDATE ON pylon.issues FOR EACH ROW
       EXECUTE FUNCTION pylon_sync.refuse_stamp()`,
  );
  // What the earlier version has noted of its triggers and grants is other text.
  await pool.query(
    "UPDATE pylon_sync.settings SET value = (SELECT jsonb_object_agg(key, 'former') FROM jsonb_each(value)) WHERE key = 'capture'",
  );
  for (const signature of CALLED_AS_CALLER) {
    const grant = `GRANT EXECUTE ON FUNCTION pylon_sync.${signature} TO "pylon_editor"`;
    const { rowCount } = await pool.query(
      `UPDATE pylon_sync.settings SET value = replace(value::text, $1, $2)::jsonb
        WHERE key = 'grants' AND value::text LIKE '%' || $1 || '%'`,
      [digestOf(grant), digestOf(formerly(grant))],
    );
    expect(rowCount, grant).toBe(1);
  }
}

const functionsOf = async (pool: Pick<pg.Pool, 'query'>) => {
  const { rows } = await pool.query<{ name: string }>(
    "SELECT proname AS name FROM pg_proc WHERE pronamespace = 'pylon_sync'::regnamespace ORDER BY 1",
  );
  return rows.map(({ name }) => name);
};

const ISSUE = "INSERT INTO pylon.issues (id, number, title, _hash) VALUES ('i1', 1, 'One', 'h')";

test('a database of an earlier version keeps its edits, what users built, and what was revoked', async ({
  database,
}) => {
  const { pool } = database;
  const now = await functionsOf(pool);
  await makeFormer(database);
  const former = await functionsOf(pool);
  expect(former).toContain('capture_issues');
  expect(former).toContain('refuse_stamp');
  expect(former).toContain('keep_back');
  expect(former.filter((name) => FORMER_BY_NAME.has(name))).toEqual([]);

  // The earlier version works, and has edits that wait.
  await asDaemon(pool, ISSUE);
  await pool.query("UPDATE pylon.issues SET title = 'Two'");
  await pool.query(
    `CREATE SCHEMA mine;
     CREATE VIEW mine.texts AS SELECT pylon_sync.as_texts(to_jsonb(number)) AS text FROM pylon.issues;
     REVOKE EXECUTE ON FUNCTION pylon_sync.put_columns(text, text, jsonb) FROM pylon_editor`,
  );

  expect(await migrate(pool)).toBe(0);

  expect(await functionsOf(pool)).toEqual(now);
  expect(await missingObjects(pool)).toEqual([]);
  expect((await pool.query('SELECT text FROM mine.texts')).rows).toEqual([{ text: '1' }]);
  const { rows } = await pool.query(
    `SELECT has_function_privilege('pylon_editor', 'pylon_sync._put_columns(text,text,jsonb)', 'EXECUTE') AS revoked,
            has_function_privilege('pylon_editor', 'pylon_sync._awaited_edits(interval,bigint)', 'EXECUTE') AS granted`,
  );
  expect(rows).toEqual([{ revoked: false, granted: true }]);

  await pool.query("UPDATE pylon.issues SET title = 'Three'");
  expect(await editsIn(database)).toMatchObject([
    { state: 'pending', changes: { title: 'Two' } },
    { state: 'pending', changes: { title: 'Three' } },
  ]);
  await pool.query('SELECT pylon_sync.discard_edit(2), pylon_sync.discard_edit(1)');
  expect((await pool.query('SELECT title FROM pylon.issues')).rows).toEqual([{ title: 'One' }]);
});

test('a migration that meets a table in use leaves every function under its former name', async ({
  database,
}) => {
  const { pool } = database;
  await makeFormer(database);
  const former = await functionsOf(pool);
  await asDaemon(pool, ISSUE);
  await beside(database, 'an editor', async (client) => {
    await client.query("BEGIN; UPDATE pylon.issues SET title = 'Two'");
    await expect(migrate(pool, { pausesMs: [] })).rejects.toThrow(/nothing was changed/);
    expect(await functionsOf(pool)).toEqual(former);
    await client.query("UPDATE pylon.issues SET title = 'Three'; COMMIT");
  });
  expect(await editsIn(database)).toHaveLength(2);
});
