import { expect, onTestFinished, test } from 'vitest';
import { run } from '../helpers/command.ts';
import { NEVER, openDaemonWorkspace } from '../helpers/daemon-workspace.ts';

test('what is too old is forgotten by a command at its end, and by a daemon that never compares', {
  timeout: 120_000,
}, async () => {
  const workspace = await openDaemonWorkspace({
    env: {
      PYLON_SYNC_RESOURCES: 'tags',
      PYLON_SYNC_SCHEDULE: NEVER,
      PYLON_SYNC_LIST_SCHEDULE: NEVER,
      PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
    },
  });
  onTestFinished(() => workspace.close());
  const { pool } = workspace.database;
  const reject = () =>
    pool.query(`
      INSERT INTO pylon_sync.rejected_records (resource, reason, digest, seen_at)
      VALUES ('tags', 'no id', 'x', now() - interval '91 days')`);
  const rejected = async () => (await pool.query('SELECT FROM pylon_sync.rejected_records')).rowCount;
  await reject();
  expect(await run(['push', '--dry-run'], workspace.env)).toMatchObject({ status: 0 });
  expect(await rejected()).toBe(1);
  expect(await run(['push'], workspace.env)).toMatchObject({ status: 0 });
  expect(await rejected()).toBe(0);

  await reject();
  await pool.query(
    "UPDATE pylon_sync.settings SET updated_at = now() - interval '25 hours' WHERE key = 'forgotten'",
  );
  workspace.launch(['start']);
  await expect.poll(rejected, { timeout: 60_000 }).toBe(0);
});
