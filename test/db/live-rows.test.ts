import { drizzle } from 'drizzle-orm/node-postgres';
import { expect } from 'vitest';
import { readLiveRows } from '../../src/db/status/live-rows.ts';
import { readStatus } from '../../src/db/status/status.ts';
import { issues } from '../../src/resources/issues.ts';
import { tags } from '../../src/resources/tags.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { type Mirror, test } from '../helpers/leased-database.ts';

const fill = (mirror: Mirror, from: number, to: number, deleted = 0) =>
  asDaemon(
    mirror.pool,
    `INSERT INTO pylon.issues (id, number, title, body_html, _deleted_at)
     SELECT 'i' || n, n, 'Issue ' || n, repeat('x', 200), CASE WHEN n < ${from + deleted} THEN now() END
       FROM generate_series(${from}, ${to}) AS n`,
  );

/** With no table so small that its rows are counted. */
const estimated = async (mirror: Mirror) => (await readLiveRows(mirror, [issues, tags], 0)).get('issues');

test('a large table is estimated from the statistics, less its deleted rows, which are counted', async ({
  mirror,
}) => {
  await fill(mirror, 1, 3_000, 100);
  await mirror.pool.query('VACUUM ANALYZE pylon.issues');
  expect(await estimated(mirror)).toEqual({ rows: 2_900, isEstimate: true });
  expect((await readLiveRows(mirror, [issues])).get('issues')).toEqual({ rows: 2_900, isEstimate: false });
});

test('an estimate follows the size of the table between two looks of the server at it', async ({
  mirror,
}) => {
  await fill(mirror, 1, 3_000);
  await mirror.pool.query('VACUUM ANALYZE pylon.issues');
  await fill(mirror, 3_001, 6_000);
  const { rows = 0 } = (await estimated(mirror)) ?? {};
  expect(rows).toBeGreaterThan(5_700);
  expect(rows).toBeLessThan(6_300);
});

test('a table without statistics is counted, however large it is', async ({ mirror }) => {
  await fill(mirror, 1, 30);
  expect(await estimated(mirror)).toEqual({ rows: 30, isEstimate: false });
});

test('a large table is not read for it', async ({ mirror }) => {
  await fill(mirror, 1, 3_000, 100);
  await mirror.pool.query('VACUUM ANALYZE pylon.issues');
  const client = await mirror.pool.connect();
  try {
    await client.query('BEGIN');
    const scans = async () =>
      (await client.query("SELECT pg_stat_get_xact_numscans('pylon.issues'::regclass)::int AS n")).rows[0].n;
    const db = { orm: drizzle({ client }) };
    await readLiveRows(db, [issues], 0);
    expect(await scans()).toBe(0);
    await readLiveRows(db, [issues]);
    expect(await scans()).toBe(1);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});

test('status says which numbers are estimates', async ({ mirror }) => {
  await fill(mirror, 1, 300);
  await mirror.pool.query('VACUUM ANALYZE pylon.issues');
  const rows = await readLiveRows(mirror, [issues, tags], 0);
  const { resources } = await readStatus(mirror, [issues, tags], rows);
  expect(resources).toMatchObject([
    { resource: 'issues', rows: 300, rows_estimated: true },
    { resource: 'tags', rows: 0, rows_estimated: false },
  ]);
});
