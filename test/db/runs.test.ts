import { describe, expect } from 'vitest';
import { acquireLease } from '../../src/db/lease/lease.ts';
import { beginRun, closeAbandonedRuns, endRun } from '../../src/db/progress/runs.ts';
import { saveBudgets } from '../../src/db/workspace/budgets.ts';
import { LeaseLostError } from '../../src/errors.ts';
import { test } from '../helpers/leased-database.ts';

const FIGURES = {
  requests: 3,
  read: 2,
  inserted: 1,
  updated: 0,
  unchanged: 1,
  rejected: 0,
  deleted: 0,
  drifted: 0,
};
const RUNS = 'SELECT resource, outcome, error FROM pylon_sync.runs ORDER BY id';

describe('the runs of a lease', () => {
  test('whose process died are closed by the next holder, its own are not', async ({ mirror }) => {
    await beginRun(mirror, mirror.lease, 'tags', 'backfill');
    await mirror.lease.release();
    const next = await acquireLease(mirror, { command: 'next' });
    await beginRun(mirror, next, 'users', 'backfill');
    await closeAbandonedRuns(mirror, next);
    expect(await mirror.rows(RUNS)).toEqual([
      { resource: 'tags', outcome: 'interrupted', error: 'the process ended without finishing' },
      { resource: 'users', outcome: 'running', error: null },
    ]);
    await next.release();
  });

  test('are neither begun nor ended once another process has taken over', async ({ mirror }) => {
    const run = await beginRun(mirror, mirror.lease, 'tags', 'backfill');
    await mirror.pool.query('UPDATE pylon_sync.lease SET token = token + 1');
    await mirror.pool.query("UPDATE pylon_sync.runs SET outcome = 'interrupted', error = 'by the next'");
    const budget = { endpoint: 'GET /me', per_minute: 1, queued: 0, answered_at: [], paused_until: null };
    for (const write of [
      () => endRun(mirror, mirror.lease, run, 'done', FIGURES),
      () => beginRun(mirror, mirror.lease, 'users', 'backfill'),
      () => closeAbandonedRuns(mirror, mirror.lease),
      () => saveBudgets(mirror, mirror.lease, [budget]),
    ])
      await expect(write()).rejects.toThrow(LeaseLostError);
    expect(await mirror.rows(RUNS)).toEqual([
      { resource: 'tags', outcome: 'interrupted', error: 'by the next' },
    ]);
    expect(await mirror.rows('SELECT FROM pylon_sync.budgets')).toEqual([]);
  });
});
