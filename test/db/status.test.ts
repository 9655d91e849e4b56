import { expect } from 'vitest';
import { saveCursor } from '../../src/db/cursors.ts';
import { beginRun, endRun } from '../../src/db/runs.ts';
import { readStatus } from '../../src/db/status.ts';
import { bindWorkspace } from '../../src/db/workspace.ts';
import { issues } from '../../src/resources/issues.ts';
import { tags } from '../../src/resources/tags.ts';
import { test } from '../helpers/mirror.ts';

const FIGURES = { requests: 3, read: 2, inserted: 2, updated: 0, unchanged: 0, rejected: 1 };

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
  await mirror.pool.query("UPDATE pylon.issues SET _deleted_at = now() WHERE id = 'b'");
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
