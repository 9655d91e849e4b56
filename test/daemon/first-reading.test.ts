import { describe, expect, onTestFinished, test } from 'vitest';
import { logOf } from '../helpers/command.ts';
import { EACH_SECOND, NEVER, openDaemonWorkspace, untilMirrored } from '../helpers/daemon-workspace.ts';

const TIMEOUT = { timeout: 240_000 };

describe('a daemon on an empty database', () => {
  // Three seconds are a minute of these limits, and the messages of 120 issues take more than thirteen of them.
  const MINUTE_MS = 3_000;
  const SCARCE = { 'GET /issues/{id}/messages': 10 };

  test(
    'shows changes, and the messages that they point to, while a long backfill of messages runs',
    TIMEOUT,
    async () => {
      const workspace = await openDaemonWorkspace({
        sandbox: { issues: 120, minuteMs: MINUTE_MS, limits: SCARCE },
        limits: { interval_ms: MINUTE_MS, limits: SCARCE },
        env: {
          PYLON_SYNC_RESOURCES: 'issues,issue_messages,tasks',
          PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
        },
      });
      onTestFinished(() => workspace.close());
      const { sandbox, database, launch } = workspace;
      const daemon = launch(['start']);
      const count = async (query: string): Promise<number> =>
        (await database.pool.query(`SELECT count(*)::int AS n FROM ${query}`)).rows[0].n;
      /** How many issues' messages were read by the time that it is shown. */
      const shown = async (query: string) => {
        await expect.poll(() => count(query), { timeout: 90_000, interval: 50 }).toBe(1);
        return count('pylon_sync.reads');
      };
      await expect.poll(() => count('pylon_sync.reads')).toBeGreaterThan(0);

      const issues = [...sandbox.world.all('issues')].map(({ object }) => String(object.id));
      const [newest = '', oldest = ''] = [issues[0], issues.at(-1)];
      const [task] = sandbox.world.all('tasks');
      // Its turn in the backfill would come last; a turn out of it has to wait as well.
      sandbox.world.addMessage(oldest, { id: 'one-more' });
      const message = shown("pylon.issue_messages WHERE id = 'one-more'");
      await shown(
        "(SELECT FROM pylon_sync.runs WHERE resource = 'issue_messages' AND kind = 'changes' LIMIT 1) AS run",
      );
      // Which holds up nothing else.
      sandbox.world.patch('issues', newest, { title: 'Changed' });
      sandbox.world.patch('tasks', String(task?.object.id), { title: 'Changed' });
      const changed = await Promise.all([
        shown("pylon.issues WHERE title = 'Changed'"),
        shown("pylon.tasks WHERE title = 'Changed'"),
      ]);
      // Its own turn would have come last.
      expect(await message).toBeLessThan(100);
      expect(Math.max(...changed)).toBeLessThan(100);
      expect(logOf(daemon).some(({ pass }) => pass === 'backfill')).toBe(false);
      expect(sandbox.requests.filter(({ ownLimit }) => ownLimit)).toEqual([]);
    },
  );
});

describe('on a finished database', () => {
  test(
    'a daemon reads nothing again, a second backfill only what may have changed, and writes nothing',
    TIMEOUT,
    async () => {
      const workspace = await openDaemonWorkspace({
        // Most of what is read is read for one record.
        sandbox: { leastTasks: 50 },
        env: {
          PYLON_SYNC_SCHEDULE: EACH_SECOND,
          PYLON_SYNC_LIST_SCHEDULE: NEVER,
          PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
        },
      });
      onTestFinished(() => workspace.close());
      const { sandbox, database, launch } = workspace;
      const asked = (from: number) => new Set(sandbox.requests.slice(from).map(({ endpoint }) => endpoint));
      expect((await launch(['backfill']).ended).status).toBe(0);
      const first = sandbox.requests.length;
      const stamps = () =>
        database.pool.query('SELECT max(_synced_at)::text AS newest, count(*)::int AS n FROM pylon.issues');
      const { rows: before } = await stamps();

      expect((await launch(['backfill']).ended).status).toBe(0);
      const second = sandbox.requests.length;
      expect(second - first).toBeLessThan(first / 3);
      expect([...asked(first)].filter((endpoint) => /messages|followers|threads/.test(endpoint))).toEqual([]);
      expect((await stamps()).rows).toEqual(before);

      const daemon = launch(['start']);
      await daemon.until('"pass":"backfill"');
      // Lists are read at each start; what they hold of issues and tasks is asked for by time of change.
      await expect.poll(() => [...asked(second)]).toContain('POST /issues/search');
      const again = ['GET /issues', 'GET /issues/{id}/messages', 'GET /tasks', 'GET /audit-logs'];
      expect([...asked(second)].filter((endpoint) => again.includes(endpoint))).toEqual([]);
      await untilMirrored(workspace, { withinMs: 60_000 });
    },
  );
});
