import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, inject, onTestFinished } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { installPublication, isPublished, PUBLICATION, published } from '../../src/db/publication.ts';
import { startEmbedded } from '../../src/postgres/embedded.ts';
import { makeDataFolder } from '../helpers/clusters.ts';
import { asDaemon } from '../helpers/daemon-writes.ts';
import { test } from '../helpers/database.ts';
import { onServer } from '../helpers/server.ts';
import { optionsFor } from '../postgres/start.ts';

/** A migrated database on a server of its own. */
async function openServer(): Promise<{ readonly url: string; readonly pool: pg.Pool }> {
  const options = optionsFor(await makeDataFolder(inject('runFolder'), randomUUID()));
  const server = await startEmbedded({ ...options, settings: { ...options.settings, wal_level: 'logical' } });
  const pool = new pg.Pool({ connectionString: server.url, max: 2 });
  onTestFinished(async () => {
    await pool.end();
    await server.stop();
  });
  await migrate(pool);
  return { url: server.url, pool };
}

test('a subscriber catches up, follows changes and deletions, and a column that is added there first', {
  timeout: 120_000,
}, async () => {
  const [here, there] = [await openServer(), await openServer()];
  await asDaemon(
    here.pool,
    `INSERT INTO pylon.teams (id, name) VALUES ('t1', 'Support');
     INSERT INTO pylon.issues (id, number, title, state, team_id) SELECT 'i' || n, n, 'Issue ' || n, 'new', 't1' FROM generate_series(1, 500) AS n`,
  );
  await there.pool.query(
    `CREATE SUBSCRIPTION mirror CONNECTION '${here.url.replaceAll("'", "''")}' PUBLICATION ${PUBLICATION}`,
  );
  onTestFinished(() =>
    onServer(there.url, (client) => client.query('DROP SUBSCRIPTION mirror')).then(() => {}),
  );
  const reaches = (query: string, rows: readonly unknown[]) =>
    expect
      .poll(async () => (await there.pool.query(query)).rows, { timeout: 30_000, interval: 100 })
      .toEqual(rows);
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

test('what is published is the mirror, and tables that come later', async ({ database }) => {
  expect(await isPublished(database.pool)).toBe(true);
  await database.pool.query(`ALTER PUBLICATION ${PUBLICATION} DROP TABLE pylon.issues, pylon.teams`);
  expect(await isPublished(database.pool)).toBe(false);
  await migrate(database.pool);
  expect(await isPublished(database.pool)).toBe(true);
});

test('docs/publication.sql names the same tables', async ({ database }) => {
  const script = readFileSync(join(import.meta.dirname, '../../docs/publication.sql'), 'utf8');
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
