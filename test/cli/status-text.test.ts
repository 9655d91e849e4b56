import { expect, test } from 'vitest';
import { statusText } from '../../src/cli/status.ts';
import type { ResourceStatus, RunStatus } from '../../src/db/status.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

function run(fields: Partial<RunStatus>): RunStatus {
  return {
    ...{ kind: 'backfill', outcome: 'done', error: null, requests: 1 },
    ...{ started_at: '2026-03-01T11:59:20Z', finished_at: '2026-03-01T11:59:30Z' },
    ...{ read: 0, inserted: 0, updated: 0, unchanged: 0, rejected: 0, deleted: 0, drifted: 0 },
    ...fields,
  };
}

function status(resource: string, fields: Partial<ResourceStatus> = {}): ResourceStatus {
  return {
    ...{ resource, rows: 0, fresh_as_of: null, last_run: null, unavailable: false },
    ...{ rejected: 0, waiting: 0, backfill: 'none', windows: null },
    ...fields,
  };
}

const all = [
  status('users', { rows: 42, fresh_as_of: '2026-03-01T11:59:20Z', last_run: run({}), backfill: 'done' }),
  status('issues', {
    rows: 24_000,
    last_run: run({
      outcome: 'running',
      started_at: '2026-03-01T09:00:00Z',
      finished_at: null,
      requests: 1_400,
    }),
    backfill: 'unfinished',
    windows: { done: 3, found: 12 },
    rejected: 2,
  }),
  status('tags', {
    last_run: run({ outcome: 'failed', error: 'GET /tags: 500', finished_at: '2026-02-28T12:00:00Z' }),
    backfill: 'unfinished',
  }),
  status('audit_logs', {
    last_run: run({ outcome: 'unavailable', error: 'GET /audit-logs: 403' }),
    unavailable: true,
  }),
  status('macros'),
];

const budgets = [
  {
    ...{ endpoint: 'GET /issues', per_minute: 27, queued: 1, paused_until: '2026-03-01T12:00:30Z' },
    answered_at: [NOW - 61_000, NOW - 59_000, NOW],
  },
  {
    endpoint: 'GET /tasks',
    per_minute: 270,
    queued: 0,
    paused_until: '2026-03-01T12:00:05Z',
    answered_at: [],
  },
  { endpoint: 'GET /users', per_minute: 270, queued: 0, paused_until: null, answered_at: [NOW - 90_000] },
];

test('the status is a line a resource, then the budget and the errors', () => {
  const holder = { command: 'pylon-sync start', host: 'db-1', pid: 7, space: '' };
  const text = statusText({ workspace: { id: 'org_1', name: 'Acme' }, holder, resources: all, budgets }, NOW);
  expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
    'workspace  Acme (org_1)',
    'in use by  pylon-sync start (process 7 on db-1)',
    '',
    'resource     rows   fresh backfill        last run            requests rejected',
    '────────────────────────────────────────────────────────────────────────────────',
    'users          42 40s ago done            done 30s ago               1',
    'issues     24,000   never 3 of 12 windows running 3h 00m ago     1,400        2',
    'tags            0   never unfinished      failed 1d 00h ago          1',
    'audit_logs      0   never unavailable     unavailable 30s ago        1',
    'macros          0   never not begun',
    '',
    'endpoint    last minute allowed queued paused',
    '──────────────────────────────────────────────',
    'GET /issues           2      27      1 30s',
    'GET /tasks            0     270      0 5s',
    '',
    'errors of the last runs',
    '  tags: GET /tags: 500',
    '  audit_logs: GET /audit-logs: 403',
  ]);
});

test('a mirror that was never filled says so', () => {
  const text = statusText({ workspace: null, holder: null, resources: [], budgets: [] }, NOW);
  expect(text).toMatch(/^workspace {2}none yet\nin use by {2}nobody\n/);
  expect(text).toMatch(/\nno request in the last minute$/);
});
