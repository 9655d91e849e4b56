import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { migrate } from '../../src/db/schema/migrate.ts';
import { startEmbedded } from '../../src/postgres/embedded.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { makeDataFolder } from '../helpers/clusters.ts';
import { optionsFor } from '../postgres/start.ts';

/** A migrated database on a server of its own, which decodes its WAL. */
async function openServer(): Promise<pg.Pool> {
  const options = optionsFor(await makeDataFolder(inject('runFolder'), randomUUID()));
  const server = await startEmbedded({ ...options, settings: { ...options.settings, wal_level: 'logical' } });
  const pool = new pg.Pool({ connectionString: server.url, max: 2 });
  pool.on('error', () => {});
  onTestFinished(async () => {
    await pool.end();
    await server.stop();
  });
  await migrate(pool);
  await pool.query("SELECT pg_create_logical_replication_slot('reader', 'test_decoding')");
  return pool;
}

/** What a reader of changes is told of a table since it asked last. */
async function changesOf(pool: pg.Pool, table: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ data: string }>(
    "SELECT data FROM pg_logical_slot_get_changes('reader', NULL, NULL)",
  );
  return rows.map(({ data }) => data).filter((data) => data.startsWith(`table pylon.${table}:`));
}

test('a reader of changes is told what docs/scale.md says', { timeout: 60_000 }, async () => {
  const pool = await openServer();
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
