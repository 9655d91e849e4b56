import { sql } from 'drizzle-orm';
import { describe, expect } from 'vitest';
import { saveCursor } from '../../src/db/progress/cursors.ts';
import { savePlan } from '../../src/db/progress/estimate.ts';
import { beginRun, endRun } from '../../src/db/progress/runs.ts';
import { readFacts } from '../../src/db/status/facts.ts';
import { readLiveRows } from '../../src/db/status/live-rows.ts';
import { readStatus } from '../../src/db/status/status.ts';
import { bindWorkspace } from '../../src/db/workspace/workspace.ts';
import { resources } from '../../src/resources/index.ts';
import { issueMessages } from '../../src/resources/issue_messages.ts';
import { issues } from '../../src/resources/issues.ts';
import { tags } from '../../src/resources/tags.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { type Mirror, test } from '../helpers/leased-database.ts';

const FIGURES = {
  requests: 3,
  read: 2,
  inserted: 2,
  updated: 0,
  unchanged: 0,
  rejected: 1,
  deleted: 0,
  drifted: 0,
};

test('the status of an empty database names every resource and claims nothing', async ({ mirror }) => {
  const { workspace, resources } = await readStatus(mirror, [issues, tags]);
  expect(workspace).toBeNull();
  expect(
    resources.map(({ resource, rows, backfill, fresh_as_of }) => [resource, rows, backfill, fresh_as_of]),
  ).toEqual([
    ['issues', 0, 'none', null],
    ['tags', 0, 'none', null],
  ]);
});

test('the status tells rows, the last run, what was rejected and how far a backfill is', async ({
  mirror,
}) => {
  await bindWorkspace(mirror, mirror.lease, { id: 'org', name: 'Org' });
  await mirror.store(issues, [{ id: 'a' }, { id: 'b' }, { title: 'no id' }]);
  await asDaemon(mirror.pool, "UPDATE pylon.issues SET _deleted_at = now() WHERE id = 'b'");
  await saveCursor(mirror.orm, 'issues', 'backfill', { pass: 'x', done: false });
  await saveCursor(mirror.orm, 'issues', 'backfill window 2026-01-01T00:00:00Z', { done: true });
  await saveCursor(mirror.orm, 'issues', 'backfill window 2025-12-01T00:00:00Z', { done: false });
  const run = await beginRun(mirror, mirror.lease, 'issues', 'backfill');
  await endRun(mirror, mirror.lease, run, 'failed', FIGURES, 'GET /issues: gave up');
  const refused = await beginRun(mirror, mirror.lease, 'tags', 'backfill');
  await endRun(mirror, mirror.lease, refused, 'unavailable', FIGURES, 'GET /tags: 403');

  const status = await readStatus(mirror, [issues, tags]);
  expect(status).toMatchObject({ workspace: { id: 'org', name: 'Org' }, holder: { command: 'test' } });
  expect(status.resources[0]).toMatchObject({
    rows: 1,
    rejected: 1,
    backfill: 'unfinished',
    windows: { done: 1, found: 2 },
    fresh_as_of: null,
    unavailable: false,
    last_run: { outcome: 'failed', error: 'GET /issues: gave up', requests: 3 },
  });
  expect(status.resources[1]).toMatchObject({ unavailable: true });
});

test('a backfill that is bounded in time counts as one', async ({ mirror }) => {
  await saveCursor(mirror.orm, 'issues', 'range 2026-01-01T00:00:00Z..', { pass: 'x', done: true });
  const { resources } = await readStatus(mirror, [issues]);
  expect(resources[0]).toMatchObject({ backfill: 'done', windows: null });
});

interface Past {
  readonly kind: string;
  readonly outcome?: string;
  /** Minutes ago. */
  readonly started: number;
  readonly error?: string;
  readonly drifted?: number;
}

/** Rows of `runs` about issues, in the order given. */
async function past(mirror: Mirror, runs: readonly Past[]): Promise<void> {
  for (const { kind, outcome = 'done', started, error = null, drifted = 0 } of runs) {
    await mirror.pool.query(
      `INSERT INTO pylon_sync.runs (resource, kind, outcome, error, rows_drifted, started_at, finished_at, token)
       VALUES ('issues', $1, $2, $3, $4, now() - $5 * interval '1 minute',
               CASE WHEN $2 <> 'running' THEN now() - ($5 - 0.5) * interval '1 minute' END, 1)`,
      [kind, outcome, error, drifted, started],
    );
  }
}

const ofIssues = async (mirror: Mirror) => (await readStatus(mirror, [issues])).resources[0];

describe('freshness', () => {
  test.for<[what: string, runs: readonly Past[], minutes: number | null]>([
    ['begins with the first pass over everything', [{ kind: 'backfill', started: 9 }], 9],
    ['is none before that one', [{ kind: 'changes', started: 1 }], null],
    ['is none while that one fails', [{ kind: 'backfill', outcome: 'failed', started: 1 }], null],
    [
      'follows what changed once everything was read',
      [
        { kind: 'changes', started: 99 },
        { kind: 'backfill', started: 50 },
        { kind: 'changes', started: 3 },
      ],
      3,
    ],
    [
      'follows lists and reconciliations',
      [
        { kind: 'lists', started: 20 },
        { kind: 'reconcile', started: 10 },
      ],
      10,
    ],
    [
      'is not moved by passes over some rows, nor by those that fail or have not ended',
      [
        { kind: 'lists', started: 20 },
        { kind: 'resweep', started: 5 },
        { kind: 'reread', started: 4 },
        { kind: 'hint', started: 3 },
        { kind: 'changes', outcome: 'failed', started: 2 },
        { kind: 'changes', outcome: 'running', started: 1 },
      ],
      20,
    ],
  ])('%s', async ([, runs, minutes], { mirror }) => {
    await past(mirror, runs);
    const found = await ofIssues(mirror);
    if (minutes === null) expect(found).toMatchObject({ fresh_as_of: null, lag_seconds: null });
    else {
      expect(found?.fresh_as_of).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(found?.lag_seconds).toBeGreaterThanOrEqual(minutes * 60);
      expect(found?.lag_seconds).toBeLessThan(minutes * 60 + 30);
    }
  });
});

describe('what is read for changed parents alone', () => {
  const lags = async (mirror: Mirror) => {
    const { resources: read } = await readStatus(mirror, [issues, issueMessages]);
    return read.map(({ lag_seconds }) => Math.floor((lag_seconds ?? -60) / 60));
  };
  const child = (mirror: Mirror, kind: string, outcome: string, minutes: number) =>
    mirror.pool.query(
      `INSERT INTO pylon_sync.runs (resource, kind, outcome, started_at, finished_at, token)
       VALUES ('issue_messages', $1, $2, now() - $3 * interval '1 minute', now(), 1)`,
      [kind, outcome, minutes],
    );

  test('is as fresh as these, unless it is being read, failed, or was never read whole', async ({
    mirror,
  }) => {
    await past(mirror, [
      { kind: 'backfill', started: 60 },
      { kind: 'changes', started: 2 },
    ]);
    expect(await lags(mirror)).toEqual([2, -1]);
    await child(mirror, 'backfill', 'done', 59);
    expect(await lags(mirror)).toEqual([2, 2]);
    await child(mirror, 'changes', 'running', 1);
    expect(await lags(mirror)).toEqual([2, 59]);
    await mirror.pool.query("UPDATE pylon_sync.runs SET outcome = 'failed' WHERE outcome = 'running'");
    expect(await lags(mirror)).toEqual([2, 59]);
  });
});

describe('failing', () => {
  const failed = (kind: string) => ({ kind, outcome: 'failed', started: 5, error: 'GET /issues: 500' });
  test.for<[what: string, runs: readonly Past[], fails: boolean]>([
    ['is what failed last', [failed('changes')], true],
    [
      'is what fails beside passes of other kinds',
      [failed('changes'), { kind: 'resweep', started: 1 }],
      true,
    ],
    ['is over with a pass of its kind', [failed('changes'), { kind: 'changes', started: 1 }], false],
    ['is over with a pass over everything', [failed('changes'), { kind: 'reconcile', started: 1 }], false],
    [
      'is not over while the next one runs',
      [failed('changes'), { kind: 'changes', outcome: 'running', started: 1 }],
      true,
    ],
  ])('%s', async ([, runs, fails], { mirror }) => {
    await past(mirror, [{ kind: 'backfill', started: 60 }, ...runs]);
    expect((await ofIssues(mirror))?.failing).toEqual(
      fails ? { kind: 'changes', error: 'GET /issues: 500', at: expect.any(String) } : null,
    );
  });
});

test('deletions are those of a day that hold', async ({ mirror }) => {
  await mirror.pool.query(`
    INSERT INTO pylon_sync.tombstones (resource, record_id, deleted_at, evidence, restored_at)
    VALUES ('issues', 'a', now() - interval '1 hour', '{}', NULL),
           ('issues', 'b', now() - interval '1 hour', '{}', now()),
           ('issues', 'c', now() - interval '2 days', '{}', NULL),
           ('tags', 'd', now(), '{}', NULL)`);
  expect((await ofIssues(mirror))?.deleted).toBe(1);
});

test('drift is what the newest reconciliation found, and what a week of audit did', async ({ mirror }) => {
  expect((await ofIssues(mirror))?.drift).toEqual({
    reconcile: null,
    audit: { sampled: 0, differed: 0, drifted: 0, rate: null },
  });
  await past(mirror, [
    { kind: 'reconcile', started: 3000, drifted: 9 },
    { kind: 'reconcile', started: 1500, drifted: 2 },
    { kind: 'reconcile', started: 1, outcome: 'running' },
    { kind: 'changes', started: 1, drifted: 5 },
  ]);
  await mirror.pool.query(`
    INSERT INTO pylon_sync.audits (resource, day, sampled, differed, drifted)
    VALUES ('issues', current_date, 100, 5, 1), ('issues', current_date - 6, 300, 0, 0),
           ('issues', current_date - 7, 50, 50, 50), ('tags', current_date, 7, 7, 7)`);
  expect((await ofIssues(mirror))?.drift).toEqual({
    reconcile: 2,
    audit: { sampled: 400, differed: 5, drifted: 1, rate: 0.0025 },
  });
});

test('a stopped scan is listed until a person has let it through', async ({ mirror }) => {
  await mirror.pool.query(`
    INSERT INTO pylon_sync.scans (resource, kind, state, finished_at, first_order, live, candidates, approved_at)
    VALUES ('issues', 'reconcile', 'applied', now(), 1, 100, 2, NULL),
           ('issues', 'reconcile', 'stopped', '2026-03-01T11:00:00Z', 1, 4000, 1200, NULL),
           ('issues', 'reconcile', 'stopped', now(), 1, 100, 99, now())`);
  expect((await readStatus(mirror, [issues])).stopped_scans).toEqual([
    {
      ...{ id: 2, resource: 'issues', types: null, stopped_at: '2026-03-01T11:00:00Z' },
      ...{ candidates: 1200, live: 4000 },
    },
  ]);
});

test('the plan is told as it was saved, each resource with its share', async ({ mirror }) => {
  const plan = {
    ...{ as_of: '2026-03-01T11:00:00Z', seconds_left: 90, bottleneck: 'GET /issues', at_least: true },
    endpoints: [{ endpoint: 'GET /issues', remaining_requests: 40, seconds_left: 90 }],
    resources: [{ resource: 'issues', state: 'running', covered: 0.25, remaining_requests: 40 }],
  };
  await savePlan(mirror.orm, plan);
  const status = await readStatus(mirror, [issues, tags]);
  expect(status.plan).toEqual(plan);
  expect(status.resources.map(({ covered }) => covered)).toEqual([0.25, null]);
});

test('of a long past no more is read than the last day of it', async ({ mirror }) => {
  await mirror.pool.query(`
    INSERT INTO pylon_sync.runs (resource, kind, outcome, started_at, finished_at, token)
    SELECT 'tags', 'lists', 'done', now(), now(), 1
     UNION ALL
    SELECT 'issues', CASE WHEN minute % 1440 = 0 THEN 'reconcile' ELSE 'changes' END, 'done', now(), now(), 1
      FROM generate_series(1, 20 * 1440 + 700) AS minute`);
  await mirror.pool.query('ANALYZE pylon_sync.runs');
  const read = await mirror.orm.transaction(async (tx) => {
    const names = resources.map(({ name }) => name);
    const facts = await readFacts({ ...mirror, orm: tx as unknown as typeof mirror.orm }, names);
    expect(facts.get('tags')).toMatchObject({ last_run: { kind: 'lists' }, lag_seconds: expect.any(Number) });
    const { rows } = await tx.execute<{ read: number }>(sql`
      SELECT (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::integer AS read
        FROM pg_stat_xact_user_tables WHERE schemaname = 'pylon_sync' AND relname = 'runs'`);
    return rows[0]?.read;
  });
  // Half a day of it for each of four questions.
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(4 * 1440);
});

test('live rows can be counted apart, for whoever asks often', async ({ mirror }) => {
  await mirror.store(issues, [{ id: 'a' }, { id: 'b' }]);
  const counted = await readLiveRows(mirror, [issues, tags]);
  expect(counted).toEqual(
    new Map([
      ['issues', { rows: 2, isEstimate: false }],
      ['tags', { rows: 0, isEstimate: false }],
    ]),
  );
  await mirror.store(issues, [{ id: 'c' }]);
  expect((await readStatus(mirror, [issues], counted)).resources[0]?.rows).toBe(2);
});

test('edits are counted by state, those that are done with for a day', async ({ mirror }) => {
  await mirror.pool.query(`
    INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, created_at, waiting_since, settled_at)
    SELECT 'issues', 'i1', 'update', '{}', '{}', state, 'anna', 1, now() - age, now() - age, CASE WHEN settled THEN now() - age END
      FROM (VALUES ('pending', interval '2 minutes', false), ('sending', '5 minutes', false), ('draft', '9 days', false),
                   ('conflict', '9 days', false), ('failed', '9 days', true), ('applied', '23 hours', true),
                   ('applied', '25 hours', true), ('discarded', '1 hour', true)) AS e(state, age, settled)`);
  const { edits } = await readStatus(mirror, [issues]);
  expect(edits.by_state).toEqual({
    ...{ draft: 1, pending: 1, sending: 1, conflict: 1, failed: 1, applied: 1, discarded: 1 },
  });
  expect(Math.floor((edits.waiting_seconds ?? 0) / 60)).toBe(5);
});
