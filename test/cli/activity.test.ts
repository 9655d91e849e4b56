import { PassThrough } from 'node:stream';
import { expect } from 'vitest';
import { Interrupted } from '../../src/cli/process/shell.ts';
import { TEMPO, type Tempo } from '../../src/cli/process/tempo.ts';
import { reachServer } from '../../src/cli/runtime/database.ts';
import { openPort } from '../../src/cli/runtime/port.ts';
import { setUp } from '../../src/cli/runtime/setup.ts';
import { runDaemon } from '../../src/cli/work/start.ts';
import { newActivity } from '../../src/sync/pass/activity.ts';
import { test } from '../helpers/command-environment.ts';
import { openProxy } from '../helpers/proxy.ts';
import { openReceiver } from '../helpers/receiver.ts';

/** A daemon in this process, of whom one can see what it says of itself. */
async function daemon(env: Readonly<Record<string, string>>, chosen: Partial<Tempo> = {}) {
  const stop = new AbortController();
  const stream = new PassThrough().resume() as unknown as NodeJS.WriteStream;
  const setup = setUp(
    {
      ...{ env, stdout: stream, stderr: stream, signal: stop.signal, version: '1.2.3' },
      tempo: { ...TEMPO, ...chosen },
    },
    { token: true },
  );
  const activity = newActivity();
  const port = await openPort(setup, { activity });
  const server = await reachServer(setup);
  const ended = runDaemon(setup, server, { activity, port, onRead: async () => {} }).finally(port.close);
  return { activity, ended, stop: () => stop.abort(new Interrupted('SIGTERM', 15)) };
}

test('a daemon says what it is doing, for whom it waits and what troubles it', async ({
  env,
  sandbox,
  database,
}) => {
  const proxy = await openProxy(database.url);
  await proxy.close();
  const few = { ...env, PYLON_SYNC_RESOURCES: 'users,teams,tags', PYLON_SYNC_LIST_SCHEDULE: '* * * * * *' };
  const first = await daemon({ ...few, DATABASE_URL: proxy.url });
  expect(first.activity).toMatchObject({ role: 'starting', complete: false });
  await expect.poll(() => first.activity.trouble).toMatch(/^cannot use the database at .*ECONNREFUSED/);

  await proxy.open();
  await expect.poll(() => first.activity.complete).toBe(true);
  expect(first.activity).toMatchObject({ role: 'active', holder: undefined, trouble: undefined });
  expect([...first.activity.progress.keys()].sort()).toEqual(['tags', 'teams', 'users']);

  const second = await daemon(few);
  await expect.poll(() => second.activity.role).toBe('standby');
  expect(second.activity.holder).toMatchObject({ pid: process.pid, command: 'pylon-sync start' });

  sandbox.faults.add({ endpoint: '*', kind: '401', times: 1_000_000 });
  await expect.poll(() => first.activity.trouble).toMatch(/401 .*Settings → API tokens/);
  expect(first.activity.role).toBe('starting');
  sandbox.faults.clear();

  await expect.poll(() => second.activity.role).toBe('active');
  first.stop();
  expect(first.activity).toMatchObject({ role: 'stopping', trouble: undefined });
  second.stop();
  expect(await Promise.all([first.ended, second.ended])).toEqual([0, 0]);
  expect(second.activity.role).toBe('stopping');
  await proxy.close();
});

test('a daemon tells its receiver what needs a person, and when that is over', async ({
  env,
  sandbox,
  database,
}) => {
  const { url, texts } = await openReceiver();
  const few = { PYLON_SYNC_RESOURCES: 'teams', PYLON_SYNC_LIST_SCHEDULE: '* * * * * *' };
  const told = { PYLON_SYNC_ALERT_URL: url, PYLON_SYNC_ALERT_LAG: '600' };
  const { activity, ended, stop } = await daemon({ ...env, ...few, ...told }, { refusedMs: 100 });
  await expect.poll(() => activity.complete).toBe(true);
  const { rows } = await database.pool.query(
    "SELECT value->'lag_seconds' AS lag FROM pylon_sync.settings WHERE key = 'schedule'",
  );
  expect(rows).toEqual([{ lag: 600 }]);
  sandbox.faults.add({ endpoint: '*', kind: '401', times: 1_000_000 });
  await expect
    .poll(texts)
    .toEqual([
      expect.stringMatching(/^pylon-sync, .*: Pylon refuses the token since .*\n`pylon-sync check`$/),
    ]);
  sandbox.faults.clear();
  await expect
    .poll(texts)
    .toEqual([expect.anything(), expect.stringMatching(/: Over after \d+s: Pylon refuses the token/)]);
  const settled = async () =>
    (await database.pool.query('SELECT key FROM pylon_sync.alerts WHERE over_told_at IS NOT NULL')).rows;
  await expect.poll(settled).toEqual([{ key: 'token' }]);
  stop();
  expect(await ended).toBe(0);
});
