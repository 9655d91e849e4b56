import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type pg from 'pg';
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest';
import { migrate } from '../../../src/db/schema/migrate.ts';
import {
  installPublication,
  isPublished,
  PUBLICATION,
  published,
} from '../../../src/db/schema/publication.ts';
import { type Embedded, startEmbedded } from '../../../src/postgres/embedded.ts';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { makeDataFolder } from '../../helpers/clusters.ts';
import { test } from '../../helpers/database.ts';
import { onServer, poolTo, withDatabase } from '../../helpers/server.ts';
import { optionsFor } from '../../postgres/start.ts';

interface Server {
  readonly url: string;
  readonly pool: pg.Pool;
  /** What the server has logged so far. */
  readonly log: () => string;
}

interface Started extends Embedded {
  readonly logFile: string;
}

/** Two servers that replicate; the database of each is migrated, and copied for each test. */
async function startServers(): Promise<readonly Started[]> {
  const folders = [await makeFolder(), await makeFolder()] as const;
  const server = await startServer(folders[0]);
  const pool = poolTo({ connectionString: server.url, max: 1 });
  await migrate(pool);
  await pool.end();
  await server.stop();
  // Of the server's own user, with all that it takes to start.
  await promisify(execFile)('cp', ['-a', `${folders[0]}/.`, folders[1]]);
  const first = await startServer(folders[0]);
  // After it: both were made for the same port.
  return [first, await startServer(folders[1])];
}

const makeFolder = () => makeDataFolder(inject('runFolder'), randomUUID());

async function startServer(folder: string): Promise<Started> {
  const options = optionsFor(folder);
  const settings = { ...options.settings, wal_level: 'logical', wal_retrieve_retry_interval: '200ms' };
  const server = await startEmbedded({ ...options, settings });
  return { ...server, logFile: join(folder, 'postgres/server.log') };
}

let started: readonly Started[] = [];
beforeAll(async () => {
  started = await startServers();
});
afterAll(async () => {
  for (const server of started) await server.stop();
});

/** A migrated database on a server. */
async function open({ url: server, logFile }: Started): Promise<Server> {
  const name = `copy_${randomUUID().replaceAll('-', '')}`;
  const template = new URL(server).pathname.slice(1);
  const maintenance = withDatabase(server, 'postgres');
  await onServer(maintenance, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  const url = withDatabase(server, name);
  const pool = poolTo({ connectionString: url, max: 2 });
  onTestFinished(() => pool.end());
  return { url, pool, log: () => readFileSync(logFile, 'utf8') };
}

/** A migrated database on each of two servers. */
async function openServers(): Promise<[here: Server, there: Server]> {
  const [here, there] = await Promise.all(started.map(open));
  if (here === undefined || there === undefined) throw new Error('two servers are started');
  return [here, there];
}

/** Has one server follow the other; what is asked of it there comes to the rows that are given. */
async function subscribe(there: Server, here: Server) {
  await there.pool.query(
    `CREATE SUBSCRIPTION mirror CONNECTION '${here.url.replaceAll("'", "''")}' PUBLICATION ${PUBLICATION}`,
  );
  onTestFinished(() =>
    onServer(there.url, (client) => client.query('DROP SUBSCRIPTION mirror')).then(() => {}),
  );
  return (query: string, rows: readonly unknown[]) =>
    expect.poll(async () => (await there.pool.query(query)).rows, { interval: 100 }).toEqual(rows);
}

test('a subscriber catches up, follows changes and deletions, and a column that is added there first', {
  timeout: 120_000,
}, async () => {
  const [here, there] = await openServers();
  await asDaemon(
    here.pool,
    `INSERT INTO pylon.teams (id, name) VALUES ('t1', 'Support');
     INSERT INTO pylon.issues (id, number, title, state, team_id) SELECT 'i' || n, n, 'Issue ' || n, 'new', 't1' FROM generate_series(1, 500) AS n`,
  );
  const reaches = await subscribe(there, here);
  await reaches('SELECT count(*)::int FROM pylon.issues', [{ count: 500 }]);
  // The views are the subscriber's own, over what came.
  await reaches('SELECT team_name, count(*)::int FROM pylon_bi.issues GROUP BY 1', [
    { team_name: 'Support', count: 500 },
  ]);

  await asDaemon(
    here.pool,
    "UPDATE pylon.issues SET title = 'Changed' WHERE id = 'i1'; UPDATE pylon.issues SET _deleted_at = now() WHERE id = 'i2'; DELETE FROM pylon.issues WHERE id = 'i3'",
  );
  await reaches(
    "SELECT id, title, _deleted_at IS NOT NULL AS gone FROM pylon.issues WHERE id IN ('i1', 'i2', 'i3') ORDER BY 1",
    [
      { id: 'i1', title: 'Changed', gone: false },
      { id: 'i2', title: 'Issue 2', gone: true },
    ],
  );

  for (const { pool } of [there, here]) await pool.query('ALTER TABLE pylon.issues ADD COLUMN later text');
  await asDaemon(here.pool, "INSERT INTO pylon.issues (id, number, later) VALUES ('new', 501, 'value')");
  await reaches("SELECT later FROM pylon.issues WHERE id = 'new'", [{ later: 'value' }]);
  // What is replicated is no edit of the subscriber's.
  await reaches('SELECT count(*)::int FROM pylon_sync.edits', [{ count: 0 }]);
});

test('a table of a later version stops a subscriber that does not have it, and comes to one that asks for it', {
  timeout: 120_000,
}, async () => {
  const [here, there] = await openServers();
  // As before the version that has macros: there is no such table there, and here it is not published.
  await here.pool.query(`ALTER PUBLICATION ${PUBLICATION} DROP TABLE pylon.macros`);
  await there.pool.query('ALTER TABLE pylon.macros RENAME TO macros_of_later');
  const reaches = await subscribe(there, here);
  const team = (id: string) => asDaemon(here.pool, `INSERT INTO pylon.teams (id) VALUES ('${id}')`);
  const teams = (...ids: readonly string[]) =>
    reaches(
      'SELECT id FROM pylon.teams ORDER BY 1',
      ids.map((id) => ({ id })),
    );
  const macros = (...ids: readonly string[]) =>
    reaches(
      'SELECT id FROM pylon.macros ORDER BY 1',
      ids.map((id) => ({ id })),
    );
  await team('t1');
  await teams('t1');

  await migrate(here.pool);
  expect(await isPublished(here.pool)).toBe(true);
  // Nothing is written to the new table yet: what is published more harms nobody.
  await team('t2');
  await teams('t1', 't2');

  await asDaemon(here.pool, "INSERT INTO pylon.macros (id) VALUES ('m1'), ('m2')");
  await team('t3');
  await expect.poll(there.log).toContain('target relation "pylon.macros" does not exist');
  await teams('t1', 't2');
  await expect(there.pool.query('ALTER SUBSCRIPTION mirror REFRESH PUBLICATION')).rejects.toThrow(
    'relation "pylon.macros" does not exist',
  );

  // Its migration: it goes on where it stopped, and leaves out what it has not asked for.
  await there.pool.query('ALTER TABLE pylon.macros_of_later RENAME TO macros');
  await teams('t1', 't2', 't3');
  await asDaemon(here.pool, "INSERT INTO pylon.macros (id) VALUES ('m3')");
  await team('t4');
  await teams('t1', 't2', 't3', 't4');
  await macros();

  await there.pool.query('ALTER SUBSCRIPTION mirror REFRESH PUBLICATION');
  await macros('m1', 'm2', 'm3');
  await asDaemon(
    here.pool,
    "DELETE FROM pylon.macros WHERE id = 'm1'; UPDATE pylon.macros SET name = 'Hello' WHERE id = 'm2'; INSERT INTO pylon.macros (id) VALUES ('m4')",
  );
  await macros('m2', 'm3', 'm4');
  await reaches("SELECT name FROM pylon_bi.macros WHERE id = 'm2'", [{ name: 'Hello' }]);
  await team('t5');
  await teams('t1', 't2', 't3', 't4', 't5');
});

/** The changes of a table that a reader has not read yet; reading them takes them. */
async function changesOf(pool: pg.Pool, table: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ data: string }>(
    "SELECT data FROM pg_logical_slot_get_changes('reader', NULL, NULL)",
  );
  return rows.map(({ data }) => data).filter((data) => data.startsWith(`table pylon.${table}:`));
}

test('a reader of changes is told what docs/scale.md says', { timeout: 60_000 }, async () => {
  const [{ pool }] = await openServers();
  await pool.query("SELECT pg_create_logical_replication_slot('reader', 'test_decoding')");
  onTestFinished(() => pool.query("SELECT pg_drop_replication_slot('reader')").then(() => {}));
  await pool.query(
    `INSERT INTO pylon_sync.settings (key, value) VALUES ('allow', '["update", "create"]')
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  // Large, and such that it cannot be made small.
  await asDaemon(
    pool,
    `INSERT INTO pylon.issues (id, title, body_html, _hash)
     SELECT 'i1', 'One', string_agg(gen_random_uuid()::text, ''), 'h' FROM generate_series(1, 500)`,
  );
  await changesOf(pool, 'issues');

  await pool.query("UPDATE pylon.issues SET title = 'Two'");
  const [edited = ''] = await changesOf(pool, 'issues');
  expect(edited).toContain("title[text]:'Two'");
  expect(edited).toContain('body_html[text]:unchanged-toast-datum');

  await pool.query("INSERT INTO pylon.accounts (id, name) VALUES ('local-a', 'New'), ('local-b', 'Refused')");
  expect(await changesOf(pool, 'accounts')).toEqual([
    expect.stringMatching(/INSERT: .*id\[text\]:'local-a'/),
    expect.stringMatching(/INSERT: .*id\[text\]:'local-b'/),
  ]);
  // As the daemon does it once Pylon has answered.
  await asDaemon(
    pool,
    "UPDATE pylon.accounts SET id = 'a1' WHERE id = 'local-a'; DELETE FROM pylon.accounts WHERE id = 'local-b'",
  );
  expect(await changesOf(pool, 'accounts')).toEqual([
    expect.stringMatching(/UPDATE: old-key: id\[text\]:'local-a' new-tuple: .*id\[text\]:'a1'/),
    expect.stringMatching(/DELETE: id\[text\]:'local-b'/),
  ]);
  const { rows } = await pool.query(
    "SELECT count(*)::integer AS edits FROM pg_publication_tables WHERE pubname = 'pylon' AND tablename = 'edits'",
  );
  expect(rows).toEqual([{ edits: 0 }]);
});

test('what is published is the mirror, and tables that come later', async ({ database }) => {
  expect(await isPublished(database.pool)).toBe(true);
  await database.pool.query(`ALTER PUBLICATION ${PUBLICATION} DROP TABLE pylon.issues, pylon.teams`);
  expect(await isPublished(database.pool)).toBe(false);
  await migrate(database.pool);
  expect(await isPublished(database.pool)).toBe(true);
});

test('docs/publication.sql names the same tables', async ({ database }) => {
  const script = readFileSync(join(import.meta.dirname, '../../../docs/publication.sql'), 'utf8');
  await database.pool.query(`DROP PUBLICATION ${PUBLICATION}`);
  await database.pool.query(script);
  expect(await isPublished(database.pool)).toBe(true);
  const { rows } = await database.pool.query('SELECT count(*)::int FROM pg_publication_tables');
  expect(rows).toEqual([{ count: published.length }]);
});

test('where the user may not, nothing fails', async ({ database }) => {
  const role = `unable_${randomUUID().replaceAll('-', '')}`;
  await database.pool.query(`DROP PUBLICATION ${PUBLICATION}; CREATE ROLE ${role}`);
  const client = await database.pool.connect();
  try {
    await client.query(`BEGIN; SET LOCAL ROLE ${role}`);
    expect(await installPublication(client)).toBe(false);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  } finally {
    await client.query(`ROLLBACK; DROP ROLE ${role}`);
    client.release();
  }
});
