import { expect, test } from 'vitest';
import { summaryTable } from '../../src/cli/render/summary.ts';
import { newProgress } from '../../src/sync/pass/progress.ts';

test('a backfill ends with what was read and what became of it, and the sums', () => {
  const all = [
    {
      ...newProgress('issues', 'GET /issues'),
      ...{ state: 'done' as const, startedAt: 1_000, finishedAt: 13_340, requests: 14 },
      ...{ read: 24_000, inserted: 20_000, updated: 3_000, unchanged: 999, rejected: 1 },
    },
    {
      ...newProgress('tasks', 'GET /tasks'),
      state: 'failed' as const,
      startedAt: 0,
      finishedAt: 900,
      requests: 5,
    },
  ];
  const lines = summaryTable(all)
    .split('\n')
    .map((line) => line.trimEnd());
  expect(lines).toEqual([
    'resource   read inserted updated deleted unchanged rejected requests seconds outcome',
    '─────────────────────────────────────────────────────────────────────────────────────',
    'issues   24,000   20,000   3,000       0       999        1       14    12.3 done',
    'tasks         0        0       0       0         0        0        5     0.9 failed',
    'all      24,000   20,000   3,000       0       999        1       19',
  ]);
});
