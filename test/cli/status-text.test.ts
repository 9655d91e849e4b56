import { describe, expect, test } from 'vitest';
import { statusText } from '../../src/cli/render/status-text.ts';
import {
  drift,
  editCounts,
  mirrorStatus,
  NOW,
  runStatus as run,
  resourceStatus as status,
} from '../helpers/status-fixtures.ts';

const all = [
  status('users', { rows: 42, lag_seconds: 40, last_run: run(), backfill: 'done' }),
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
  }),
  status('tags', {
    last_run: run({ outcome: 'failed', error: 'GET /tags: 500', finished_at: '2026-02-28T12:00:00Z' }),
    failing: { kind: 'backfill', error: 'GET /tags: 500', at: '2026-02-28T12:00:00Z' },
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

/** Lines without the spaces that pad their last column. */
const linesOf = (text: string) => text.split('\n').map((line) => line.trimEnd());

const holder = { command: 'pylon-sync start', host: 'db-1', pid: 7, space: '' };

test('the status is what needs a person, then a line a resource, the budget and the errors', () => {
  const text = statusText(
    mirrorStatus({ workspace: { id: 'org_1', name: 'Acme' }, holder, resources: all, budgets }),
    NOW,
  );
  expect(linesOf(text)).toEqual([
    '1 matter for a person',
    '  tags fails: GET /tags: 500',
    '',
    'workspace  Acme (org_1)',
    'in use by  pylon-sync start (process 7 on db-1)',
    '',
    'resource     rows   lag backfill    last run',
    '────────────────────────────────────────────────────────',
    'users          42   40s done        done 30s ago',
    'issues     24,000 never 3 of 12     running 3h 00m ago',
    'tags            0 never unfinished  failed 1d 00h ago',
    'audit_logs      0 never unavailable unavailable 30s ago',
    'macros          0 never not begun',
    '',
    'endpoint    last minute allowed queued paused',
    '──────────────────────────────────────────────',
    'GET /issues           2      27      1 30s',
    'GET /tasks            0     270      0 5s',
    '',
    'errors of the last runs',
    '  audit_logs: GET /audit-logs: 403',
  ]);
});

test('what rarely happens has a column when it does', () => {
  const resources = [
    status('issues', { deleted: 3, rejected: 2, drift: drift(1, 400, 2) }),
    status('tags', { drift: drift(0, 10, 0) }),
  ];
  const lines = linesOf(statusText(mirrorStatus({ resources }), NOW));
  const from = lines.findIndex((line) => line.startsWith('resource '));
  expect(lines.slice(from, from + 4)).toEqual([
    'resource rows   lag backfill  last run deleted drift rejected',
    '──────────────────────────────────────────────────────────────',
    'issues      0 never not begun                3     3        2',
    'tags        0 never not begun',
  ]);
});

test('what needs a person is said with the command that settles it', () => {
  const text = statusText(
    mirrorStatus({
      resources: [status('issues', { drift: drift(1, 400, 2) })],
      stopped_scans: [
        {
          ...{ id: 7, resource: 'accounts', types: null, stopped_at: '2026-03-01T11:00:00Z' },
          ...{ candidates: 1_200, live: 4_000 },
        },
      ],
    }),
    NOW,
  );
  expect(linesOf(text).slice(0, 5)).toEqual([
    '3 matters for a person',
    '  accounts: a scan missed 1,200 of 4,000 rows, so nothing was deleted. If they are gone from Pylon:',
    '    pylon-sync reconcile --approve 7',
    '  issues: the last reconciliation corrected 1 row that earlier passes should have updated',
    '  issues: the audit of 7 days found 2 of 400 rows that earlier passes should have updated',
  ]);
});

test('a refused token is one matter, however many resources fail of it', () => {
  const failing = (error: string) => ({ failing: { kind: 'lists', error, at: '2026-03-01T11:00:00Z' } });
  const text = statusText(
    mirrorStatus({
      resources: [
        status('tags', failing('GET /tags: 401 unauthorized')),
        status('users', failing('GET /users: 401 unauthorized')),
        status('teams', failing('')),
      ],
    }),
    NOW,
  );
  expect(linesOf(text).slice(0, 3)).toEqual([
    '2 matters for a person',
    '  Pylon refuses the token, so nothing is read: GET /tags: 401 unauthorized',
    '  teams fails: its last run of kind lists failed without an error message',
  ]);
});

describe('the backfill', () => {
  const plan = { as_of: '2026-03-01T11:59:56Z', bottleneck: 'GET /issues', endpoints: [], resources: [] };
  const third = (fields: { seconds_left: number | null; at_least: boolean; bottleneck?: string | null }) =>
    linesOf(statusText(mirrorStatus({ plan: { ...plan, ...fields } }), NOW))[3];

  test('says what is left, and of which limit', () => {
    expect(third({ seconds_left: 7_500, at_least: true })).toBe(
      'backfill   at least 2h 05m left, for the limit of GET /issues (as of 4s ago)',
    );
    expect(third({ seconds_left: 60, at_least: false, bottleneck: null })).toBe(
      'backfill   1m 00s left (as of 4s ago)',
    );
    expect(third({ seconds_left: null, at_least: true })).toBe('backfill   under way, its end not known yet');
  });

  test('says nothing once it is done', () => {
    expect(third({ seconds_left: 0, at_least: false })).toBe('');
  });

  test('of a resource is a share where that is known', () => {
    const resources = [status('issues', { backfill: 'unfinished', covered: 0.629 })];
    expect(statusText(mirrorStatus({ resources }), NOW)).toMatch(/^issues +0 never 62 % /m);
  });
});

test('the widest of tables keeps within 100 columns', () => {
  const widest = status('article_translations', {
    ...{
      rows: 99_999_999,
      lag_seconds: 86_400 * 99,
      backfill: 'unfinished',
      windows: { done: 100, found: 100 },
    },
    ...{ last_run: run({ outcome: 'unavailable', finished_at: '2026-02-01T12:00:00Z' }) },
    ...{ deleted: 999_999, rejected: 999_999, drift: drift(9_999) },
  });
  const lines = linesOf(statusText(mirrorStatus({ resources: [widest] }), NOW));
  const from = lines.findIndex((line) => line.startsWith('resource '));
  for (const line of lines.slice(from, from + 3)) expect(line.length).toBeLessThanOrEqual(100);
});

test('a mirror that was never filled says so', () => {
  const text = statusText(mirrorStatus(), NOW);
  expect(text).toMatch(/^workspace {2}none yet\nin use by {2}nobody\nattention {2}none needed\n/);
  expect(text).toMatch(/\nno request in the last minute$/);
});

test('edits are counted where there are any, and those that wait for a person are named', () => {
  const edits = editCounts({ draft: 5_000, pending: 3, sending: 1, conflict: 1, failed: 2, applied: 40 }, 75);
  const lines = linesOf(statusText(mirrorStatus({ edits }), NOW));
  expect(lines[10]).toBe(
    'edits      5,000 kept back, 3 waiting, 1 being sent, 1 in conflict, 2 failed, 40 applied in 24 hours (the longest for 1m 15s)',
  );
  expect(lines.slice(0, 7)).toEqual([
    '3 matters for a person',
    '  1 edit is in conflict: the same was changed here and in Pylon, or deleted here and changed there',
    '    pylon-sync edits list --state conflict',
    '  2 edits are refused by Pylon, which says why',
    '    pylon-sync edits list --state failed',
    '  5,000 edits are kept back until somebody approves',
    '    pylon-sync edits list --state draft',
  ]);
});
