import { describe, expect, onTestFinished, test } from 'vitest';
import { DAEMON } from '../../src/cli/runtime/serving.ts';
import { acquireLease } from '../../src/db/lease/lease.ts';
import { launch, run } from '../helpers/command.ts';
import { NEVER, openDaemonWorkspace, type WorkspaceOptions } from '../helpers/daemon-workspace.ts';

const TIMEOUT = { timeout: 180_000 };

/** A daemon that has read everything and does nothing more of its own accord. */
async function idle(names: string, options: WorkspaceOptions = {}) {
  const workspace = await openDaemonWorkspace({
    ...options,
    env: {
      PYLON_SYNC_RESOURCES: names,
      PYLON_SYNC_SCHEDULE: NEVER,
      PYLON_SYNC_LIST_SCHEDULE: NEVER,
      PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
      PYLON_SYNC_AUDIT_SHARE: '0',
      ...options.env,
    },
  });
  onTestFinished(() => workspace.close());
  const daemon = workspace.launch(['start']);
  await daemon.until('"pass":"backfill"');
  const { pool } = workspace.database;
  const live = async (table: string) =>
    (await pool.query(`SELECT count(*)::int AS n FROM pylon.${table} WHERE _deleted_at IS NULL`)).rows[0].n;
  const ids = (resource: string) =>
    [...workspace.sandbox.world.all(resource)].map(({ object }) => String(object.id));
  return { ...workspace, daemon, live, ids };
}

describe('beside a daemon', () => {
  test('`sync` hands its pull over and follows it to the end', TIMEOUT, async () => {
    const { env, sandbox, database, daemon, ids } = await idle('issues,issue_messages,tasks');
    const [id = '', other = ''] = ids('issues');
    sandbox.world.patch('issues', id, { title: 'Changed' });
    sandbox.world.addMessage(other, { id: 'one-more' });
    const { status, stdout, stderr } = await run(['sync', '--resource', 'issues'], env);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/issues .*issue_messages /s)]);
    expect(stderr).toContain('handing the command over');
    // What it was asked for is there when it ends.
    const { rows } = await database.pool.query(
      "SELECT title, (SELECT count(*)::int FROM pylon.issue_messages WHERE id = 'one-more') AS messages FROM pylon.issues WHERE id = $1",
      [id],
    );
    expect(rows).toEqual([{ title: 'Changed', messages: 1 }]);
    expect(daemon.printed()).toContain('work handed over');
  });

  test('`reconcile` finds what is gone', TIMEOUT, async () => {
    const { env, sandbox, live, ids } = await idle('contacts,tasks');
    const [contact = ''] = ids('contacts');
    const [task = ''] = ids('tasks');
    sandbox.world.remove('contacts', contact);
    sandbox.world.remove('tasks', task);
    const before = { contacts: await live('contacts'), tasks: await live('tasks') };
    const one = await run(['reconcile', '--resource', 'contacts'], env);
    expect([one.status, await live('contacts'), await live('tasks')]).toEqual([
      0,
      before.contacts - 1,
      before.tasks,
    ]);
    expect((await run(['reconcile'], env)).status).toBe(0);
    expect(await live('tasks')).toBe(before.tasks - 1);
  });

  test(
    '`reconcile` names deletions that are stopped, exit status 3, and lets them through when told',
    TIMEOUT,
    async () => {
      const { env, sandbox, live, ids } = await idle('contacts,tags', { sandbox: { issues: 900 } });
      const before = await live('contacts');
      for (const id of ids('contacts').slice(0, 60)) sandbox.world.remove('contacts', id);
      const { status, stderr } = await run(['reconcile'], env);
      expect([status, await live('contacts')]).toEqual([3, before]);
      const scan = /deletions of contacts are stopped.*`pylon-sync reconcile --approve (\d+)`/.exec(
        stderr,
      )?.[1];
      expect(scan).toBeDefined();

      const wrong = await run(['reconcile', '--approve', '999'], env);
      expect([wrong.status, wrong.stderr]).toEqual([
        2,
        expect.stringContaining(`stopped are ${scan} (contacts)`),
      ]);
      expect((await run(['reconcile', '--approve', `${scan}`], env)).status).toBe(0);
      expect(await live('contacts')).toBe(before - 60);
      expect((await run(['reconcile'], env)).status).toBe(0);
    },
  );

  test('`backfill` refuses, and names the daemon', TIMEOUT, async () => {
    const { env, daemon } = await idle('users');
    const { status, stderr } = await run(['backfill'], env);
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(`in use by \`pylon-sync start\` (process ${daemon.pid} on `),
    ]);
  });
});

test('a command that a daemon has ended before it began is carried out all the same', TIMEOUT, async () => {
  const workspace = await openDaemonWorkspace({ env: { PYLON_SYNC_RESOURCES: 'tags' } });
  onTestFinished(() => workspace.close());
  const { database, env } = workspace;
  const db = await database.connected();
  const lease = await acquireLease(db, { command: DAEMON });
  const command = launch(['sync', '--resource', 'tags'], env);
  await command.until('handing the command over');
  const handovers = async () => (await database.pool.query('SELECT state FROM pylon_sync.handovers')).rows;
  await expect.poll(handovers).toEqual([{ state: 'queued' }]);
  await lease.release();
  const { status, stdout } = await command.ended;
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^all /m)]);
  expect(await handovers()).toEqual([]);
});
