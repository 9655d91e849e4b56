import { expect } from 'vitest';
import { beginScan, judgeScan } from '../../src/db/deletions/scans.ts';
import { ZERO_TIME } from '../../src/instant.ts';
import { issues } from '../../src/resources/issues.ts';
import { tasks } from '../../src/resources/tasks.ts';
import { define, install } from '../helpers/fields.ts';
import { test } from '../helpers/leased-database.ts';

const ZERO = '0001-01-01T00:00:00Z';

test('an issue or task with zero times is open, unanswered and not overdue', async ({ mirror, database }) => {
  await define(
    database,
    `('1', 'issue', 'renewal', 'datetime', 'Renewal', NULL), ('2', 'issue', 'day', 'date', 'Day', NULL)`,
  );
  await install(database);
  const custom_fields = {
    renewal: { slug: 'renewal', value: ZERO },
    day: { slug: 'day', value: '0001-01-01' },
  };
  const state = 'waiting_on_you';
  await mirror.store(issues, [
    { id: 'i', state, created_at: '2026-01-01T00:00:00Z', resolution_time: ZERO, custom_fields },
    { id: 'j', state, created_at: '2026-01-01T00:00:00Z', first_response_time: ZERO },
  ]);
  await mirror.store(tasks, [{ id: 't', status: 'not_started', due_date: ZERO }]);
  expect(
    await mirror.rows(`SELECT issue_id, is_open, resolution_seconds, first_response_seconds
                         FROM pylon_bi.issue_metrics ORDER BY 1`),
  ).toEqual([
    { issue_id: 'i', is_open: true, resolution_seconds: null, first_response_seconds: null },
    { issue_id: 'j', is_open: true, resolution_seconds: null, first_response_seconds: null },
  ]);
  expect(await mirror.rows('SELECT unanswered::integer FROM pylon_bi.team_workload')).toEqual([
    { unanswered: 2 },
  ]);
  expect(await mirror.rows('SELECT due_date, is_overdue FROM pylon_bi.tasks')).toEqual([
    { due_date: null, is_overdue: false },
  ]);
  expect(await mirror.rows(`SELECT cf_renewal, cf_day FROM pylon_bi.issues WHERE id = 'i'`)).toEqual([
    { cf_renewal: null, cf_day: null },
  ]);
  expect(await mirror.rows(`SELECT _extra FROM pylon.issues WHERE id = 'i'`)).toEqual([
    { _extra: { resolution_time: ZERO } },
  ]);
});

test('an issue without a time of creation is missed by a listing from the zero time on, and by no other', async ({
  mirror,
}) => {
  await mirror.store(issues, [{ id: 'timeless', created_at: ZERO }]);
  const missed = async (from: number) => {
    const scan = await beginScan(mirror.orm, {
      ...{ resource: 'issues', kind: 'listing', firstOrder: mirror.lease.nextOrder() },
    });
    return judgeScan(mirror.orm, issues, scan, { created: { from, to: Date.now() }, except: [] });
  };
  expect(await missed(ZERO_TIME)).toEqual([{ type: null, candidates: 1, live: 1 }]);
  expect(await missed(ZERO_TIME + 1_000)).toEqual([]);
});
