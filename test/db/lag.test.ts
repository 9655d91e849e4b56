import { describe, expect } from 'vitest';
import { publishSchedule, type Schedule } from '../../src/db/progress/schedule.ts';
import { attentionOf } from '../../src/db/status/attention.ts';
import { lateness } from '../../src/db/status/lag.ts';
import { readLate, readStatus } from '../../src/db/status/status.ts';
import { issueMessages } from '../../src/resources/issue_messages.ts';
import { issues } from '../../src/resources/issues.ts';
import { users } from '../../src/resources/users.ts';
import { type Mirror, test } from '../helpers/leased-database.ts';

const CRONS = { changes: '* * * * *', lists: '*/15 8-18 * * 1-5', reconcile: '0 3 * * *' };
const schedule = (since: string): Schedule => ({ since, zone: 'Europe/Berlin', crons: CRONS, resources: [] });

describe('behind its schedule', () => {
  const late = (name: 'changes' | 'lists' | 'reconcile', since: string, now: string, began = since) =>
    lateness(name, since, schedule(began), Date.parse(now));

  test('is what three times in a row have brought nothing of', () => {
    // A pass that began at noon has noon's state; those of 12:01, 12:02 and 12:03 have not ended.
    expect(late('changes', '2026-03-02T12:00:01Z', '2026-03-02T12:02:59Z')).toBeUndefined();
    expect(late('changes', '2026-03-02T12:00:01Z', '2026-03-02T12:03:00Z')).toEqual({
      ...{ schedule: 'changes', cron: '* * * * *', since: '2026-03-02T12:00:01Z', seconds: 179 },
    });
  });

  test('is told by the times of the schedule: a night without any is no delay', () => {
    // Friday evening, Monday morning.
    expect(late('lists', '2026-03-06T17:45:01Z', '2026-03-09T07:29:00Z')).toBeUndefined();
    expect(late('lists', '2026-03-06T17:45:01Z', '2026-03-09T07:30:00Z')).toBeDefined();
    expect(late('reconcile', '2026-03-06T02:00:01Z', '2026-03-09T01:59:00Z')).toBeUndefined();
    expect(late('reconcile', '2026-03-06T02:00:01Z', '2026-03-09T02:00:00Z')).toBeDefined();
  });

  test('counts from the beginning of the daemon that keeps the schedule', () => {
    const back = '2026-03-02T12:00:30Z';
    expect(late('changes', '2026-02-01T00:00:00Z', '2026-03-02T12:02:59Z', back)).toBeUndefined();
    expect(late('changes', '2026-02-01T00:00:00Z', '2026-03-02T12:03:00Z', back)).toMatchObject({
      seconds: 29 * 86_400 + 12 * 3_600 + 180,
    });
  });

  test('is told by seconds where the configuration says so, after two times of the schedule at least', () => {
    const at = (name: 'changes' | 'lists' | 'reconcile', lag_seconds: number, since: string, now: string) =>
      lateness(name, since, { ...schedule(since), lag_seconds }, Date.parse(now)) !== undefined;
    const since = '2026-03-02T12:00:01Z';
    expect(['12:01:59', '12:02:00'].map((now) => at('changes', 60, since, `2026-03-02T${now}Z`))).toEqual([
      ...[false, true],
    ]);
    expect(['12:05:00', '12:05:01'].map((now) => at('changes', 300, since, `2026-03-02T${now}Z`))).toEqual([
      ...[false, true],
    ]);
    expect(['12:29:59', '12:30:00'].map((now) => at('lists', 300, since, `2026-03-02T${now}Z`))).toEqual([
      ...[false, true],
    ]);
    // A full comparison is a matter of days.
    expect(
      ['04T02:00:00', '05T02:00:00'].map((now) => at('reconcile', 300, since, `2026-03-${now}Z`)),
    ).toEqual([false, true]);
  });

  test('is nothing within the first ten seconds, however short the periods are', () => {
    const quick = { ...schedule('2026-03-02T12:00:00Z'), crons: { ...CRONS, changes: '* * * * * *' } };
    const at = (second: string) =>
      lateness('changes', '2026-03-02T12:00:00Z', quick, Date.parse(`2026-03-02T12:00:${second}Z`));
    expect([at('09'), at('10')]).toEqual([undefined, expect.objectContaining({ seconds: 10 })]);
  });
});

describe('what lags behind', () => {
  const all = [users, issues, issueMessages];
  const publish = async (mirror: Mirror, names: readonly string[] = all.map(({ name }) => name)) => {
    const crons = { changes: '* * * * *', lists: '*/15 * * * *', reconcile: '0 3 * * *' };
    await publishSchedule(mirror, mirror.lease, { zone: 'UTC', crons, resources: names });
    // It has been at work for a week.
    await mirror.pool.query(
      "UPDATE pylon_sync.settings SET updated_at = now() - interval '7 days' WHERE key = 'schedule'",
    );
  };
  const past = (mirror: Mirror, resource: string, kind: string, minutes: number, outcome = 'done') =>
    mirror.pool.query(
      `INSERT INTO pylon_sync.runs (resource, kind, outcome, error, started_at, finished_at, token)
       VALUES ($1, $2, $3, CASE $3 WHEN 'failed' THEN 'GET /x: 500' END, now() - $4 * interval '1 minute',
               CASE WHEN $3 <> 'running' THEN now() END, 1)`,
      [resource, kind, outcome, minutes],
    );
  const found = async (mirror: Mirror) =>
    (await readLate(mirror, all)).map(({ resource, schedule }) => `${resource} ${schedule}`);

  test('is named, each resource with the schedule that it lags behind, in status and attention', async ({
    mirror,
  }) => {
    await publish(mirror);
    for (const { name } of all) await past(mirror, name, 'backfill', 6_000);
    await past(mirror, 'users', 'lists', 20);
    await past(mirror, 'issues', 'reconcile', 5_000);
    await past(mirror, 'issues', 'changes', 14);
    expect(await found(mirror)).toEqual([
      ...['issues changes', 'issues reconcile', 'issue_messages changes', 'issue_messages reconcile'],
    ]);
    const status = await readStatus(mirror, all);
    expect(status.resources.map(({ late }) => late.length)).toEqual([0, 2, 2]);
    const matters = attentionOf(status).filter(({ kind }) => kind === 'late');
    expect(matters.map(({ what }) => what)).toEqual([
      expect.stringMatching(
        /^Behind the schedule of changes \(\* \* \* \* \*\) by three .*: issues by 14m \d\ds, issue_messages by 14m/,
      ),
      expect.stringMatching(
        /^Behind the schedule of full comparisons \(0 3 \* \* \*\) by three .*: issues by 3d 11h, issue_messages by 4d/,
      ),
    ]);
  });

  test('is judged by what the daemon has published, whoever looks', async ({ mirror }) => {
    const crons = { changes: '* * * * *', lists: '*/15 * * * *', reconcile: '0 3 * * *' };
    const names = { zone: 'UTC', crons, resources: ['issues'], lag_seconds: 3_600 };
    await publishSchedule(mirror, mirror.lease, names);
    await mirror.pool.query(
      "UPDATE pylon_sync.settings SET updated_at = now() - interval '7 days' WHERE key = 'schedule'",
    );
    await past(mirror, 'issues', 'backfill', 50);
    expect(await found(mirror)).toEqual([]);
    await mirror.pool.query("UPDATE pylon_sync.runs SET started_at = now() - interval '61 minutes'");
    const [matter] = attentionOf(await readStatus(mirror, [issues])).filter(({ kind }) => kind === 'late');
    expect(matter).toMatchObject({
      what: expect.stringMatching(/by 1h 00m or more: issues by 1h 01m$/),
      troubles: [{ key: 'late changes issues' }],
    });
  });

  test('is nothing while no daemon is at work, and nothing that it does not mirror', async ({ mirror }) => {
    for (const { name } of all) await past(mirror, name, 'backfill', 60);
    expect(await found(mirror)).toEqual([]);
    await publish(mirror, ['issues']);
    expect(await found(mirror)).toEqual(['issues changes']);
    await mirror.pool.query("UPDATE pylon_sync.lease SET expires_at = now() - interval '1 second'");
    expect(await found(mirror)).toEqual([]);
  });

  test('is not reported twice: what fails, is refused or was never read whole is reported as such', async ({
    mirror,
  }) => {
    await publish(mirror);
    for (const { name } of all) await past(mirror, name, 'backfill', 60);
    expect(await found(mirror)).toEqual(['users lists', 'issues changes', 'issue_messages changes']);
    await past(mirror, 'issues', 'changes', 1, 'failed');
    await past(mirror, 'users', 'lists', 1, 'unavailable');
    await mirror.pool.query("DELETE FROM pylon_sync.runs WHERE resource = 'issue_messages'");
    expect(await found(mirror)).toEqual([]);
  });

  test('counts for what is read for changed parents from the beginning of its reading', async ({
    mirror,
  }) => {
    await publish(mirror);
    for (const { name } of all) await past(mirror, name, 'backfill', 600);
    await past(mirror, 'users', 'lists', 1);
    await past(mirror, 'issues', 'changes', 1);
    await past(mirror, 'issue_messages', 'changes', 1, 'running');
    expect(await found(mirror)).toEqual([]);
    await mirror.pool.query(
      "UPDATE pylon_sync.runs SET started_at = now() - interval '5 minutes' WHERE outcome = 'running'",
    );
    expect(await found(mirror)).toEqual(['issue_messages changes']);
  });
});
