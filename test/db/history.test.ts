import { expect } from 'vitest';
import { readHistory, SLOTS } from '../../src/db/status/recent.ts';
import { type Mirror, test } from '../helpers/leased-database.ts';

/** A finished run; times in minutes ago. */
async function past(
  mirror: Mirror,
  { resource = 'issues', outcome = 'done', ended = 0, changed = 0, error = null as string | null },
): Promise<void> {
  await mirror.pool.query(
    `INSERT INTO pylon_sync.runs (resource, kind, outcome, error, rows_inserted, rows_updated, rows_deleted, started_at, finished_at, token)
     VALUES ($1, 'changes', $2, $3, $4 - $4 / 3 * 2, $4 / 3, $4 / 3, now() - ($5 + 1) * interval '1 minute',
             CASE WHEN $2 <> 'running' THEN now() - $5 * interval '1 minute' END, 1)`,
    [resource, outcome, error, changed, ended],
  );
}

test('changes are summed by the half hour, the oldest first', async ({ mirror }) => {
  await past(mirror, { ended: 1, changed: 6 });
  await past(mirror, { ended: 20, changed: 3 });
  await past(mirror, { ended: 40, changed: 9 });
  await past(mirror, { ended: 24 * 60 - 1, changed: 30 });
  await past(mirror, { ended: 24 * 60 + 1, changed: 300 });
  // The clock of the process that ended it is ahead.
  await past(mirror, { resource: 'tags', ended: -1, changed: 12 });
  await past(mirror, { resource: 'users', ended: 5 });
  const { changes } = await readHistory(mirror);
  const expected = new Array(SLOTS).fill(0);
  expect(changes).toEqual({
    issues: expected
      .with(0, 30)
      .with(SLOTS - 2, 9)
      .with(SLOTS - 1, 9),
    tags: expected.with(SLOTS - 1, 12),
  });
});

test('runs are those that changed something, failed or go on, the newest first', async ({ mirror }) => {
  await past(mirror, { resource: 'a', ended: 25 * 60, changed: 3 });
  await past(mirror, { resource: 'b', changed: 3 });
  await past(mirror, { resource: 'c' });
  await past(mirror, { resource: 'd', outcome: 'unavailable', error: 'GET /d: 403' });
  await past(mirror, { resource: 'e', outcome: 'failed', error: 'GET /e: 500' });
  await past(mirror, { resource: 'f', outcome: 'running' });
  const { runs } = await readHistory(mirror);
  expect(
    runs.map(({ resource, outcome, error, finished_at }) => [resource, outcome, error, finished_at]),
  ).toEqual([
    ['f', 'running', null, null],
    ['e', 'failed', 'GET /e: 500', expect.stringMatching(/Z$/)],
    ['b', 'done', null, expect.stringMatching(/Z$/)],
  ]);
  expect(runs.at(-1)).toMatchObject({ inserted: 1, updated: 1, deleted: 1 });
});

test('deletions come with their proof, the newest first', async ({ mirror }) => {
  await mirror.pool.query(`
    INSERT INTO pylon_sync.tombstones (resource, record_id, deleted_at, evidence, restored_at)
    VALUES ('issues', 'a', '2026-03-01T12:00:00Z', '{"status": 404}', '2026-03-02T12:00:00Z'),
           ('issues', 'b', '2026-03-01T13:00:00Z', '{"parent": "x"}', NULL)`);
  expect((await readHistory(mirror)).deletions).toEqual([
    {
      ...{ resource: 'issues', record_id: 'b', deleted_at: '2026-03-01T13:00:00Z', restored_at: null },
      evidence: { parent: 'x' },
    },
    {
      ...{ resource: 'issues', record_id: 'a', deleted_at: '2026-03-01T12:00:00Z' },
      ...{ restored_at: '2026-03-02T12:00:00Z', evidence: { status: 404 } },
    },
  ]);
});
