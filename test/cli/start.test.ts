import { readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { freePort } from '../../src/postgres/credentials.ts';
import { COMMAND, run } from '../helpers/command.ts';
import { test } from '../helpers/command-environment.ts';
import { openProxy } from '../helpers/proxy.ts';

const few = { PYLON_SYNC_RESOURCES: 'users,teams,tags' };

// Side by side: they wait, each for processes and a database of its own.
describe.concurrent('start', () => {
  test('catches up, goes on by schedule, answers on its port and stops cleanly', async ({
    env,
    sandbox,
    database,
    start,
    expect,
  }) => {
    // What Pylon keeps from a token must not keep the rest from going on.
    sandbox.faults.add({ endpoint: 'GET /tags', kind: '403', times: 1_000 });
    const running = start(['start'], { ...env, ...few, PYLON_SYNC_LIST_SCHEDULE: '* * * * * *' });
    await running.until('"pass":"backfill"');
    const url = running.log().find(({ msg }) => msg === 'answering')?.url;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);

    const { rows: users } = await database.pool.query('SELECT id FROM pylon.users LIMIT 1');
    sandbox.world.patch('users', users[0].id, { name: 'Renamed' });
    await expect
      .poll(
        async () => (await database.pool.query("SELECT FROM pylon.users WHERE name = 'Renamed'")).rowCount,
      )
      .toBe(1);

    running.kill('SIGINT');
    const { status, stdout, stderr } = await running.ended;
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).not.toContain(env.PYLON_API_TOKEN);
    expect(stderr).not.toContain(new URL(String(env.DATABASE_URL)).password);
    const { rows } = await database.pool.query('SELECT expires_at < now() AS released FROM pylon_sync.lease');
    expect(rows).toEqual([{ released: true }]);
  });

  test.for([
    ['whose disk is full', '2> /dev/full'],
    ['whose reader has gone', '2> >(head -c 1 > /dev/null)'],
  ] as const)(
    'outlives a log %s, and counts what is lost',
    async ([, redirection], { env, start, expect }) => {
      const port = await freePort();
      const command = ['bash', '-c', `exec "$@" ${redirection}`, 'bash', ...COMMAND];
      const running = start(
        ['start'],
        { ...env, ...few, PYLON_SYNC_HTTP: `127.0.0.1:${port}` },
        undefined,
        command,
      );
      const get = async (path: string) =>
        fetch(`http://127.0.0.1:${port}${path}`).then(
          async (answer) => `${answer.status} ${await answer.text()}`,
          () => 'none',
        );
      await expect.poll(() => get('/readyz'), { interval: 100 }).toMatch(/^200/);
      expect(await get('/metrics')).toMatch(/^pylon_sync_log_lines_lost_total [1-9]/m);
      running.kill('SIGTERM');
      expect((await running.ended).status).toBe(0);
    },
  );

  test('says how many lines of its log were lost, once there is room again', async ({
    env,
    folder,
    start,
    expect,
  }) => {
    const path = join(folder, 'log.json');
    // No file of its may grow beyond some kilobytes: writing fails as on a full disk.
    const command = [
      ...['bash', '-c', `trap '' XFSZ; ulimit -f 4; exec "$@" 2>> '${path}'`, 'bash'],
      ...COMMAND,
    ];
    const often = { PYLON_SYNC_LIST_SCHEDULE: '* * * * * *', LOG_LEVEL: 'debug' };
    const running = start(['start'], { ...env, ...few, ...often }, undefined, command);
    const text = () => readFile(path, 'utf8').catch(() => '');
    await expect.poll(text, { interval: 20 }).toContain('"msg":"answering"');
    const url = /"url":"([^"]+)"/.exec(await text())?.[1];
    const metrics = async () => (await fetch(`${url}/metrics`)).text();
    await expect.poll(metrics).toMatch(/^pylon_sync_log_lines_lost_total [1-9]/m);
    await truncate(path);
    await expect.poll(text, { interval: 20 }).toContain('lines of the log were lost');
    running.kill('SIGTERM');
    expect((await running.ended).status).toBe(0);
    // The last one is cut in two where there was no room for it either.
    const lines = (await text())
      .split('\n')
      .slice(0, -1)
      .filter((line) => line !== '');
    const told = lines
      .map((line) => JSON.parse(line))
      .find(({ msg }) => msg === 'lines of the log were lost');
    expect(told).toMatchObject({ level: 'error', reason: 'EFBIG' });
    expect(told.lost).toBeGreaterThan(0);
  });

  test('waits for a database that is away, for as long as it takes', async ({
    env,
    database,
    startBrisk,
    expect,
  }) => {
    const proxy = await openProxy(database.url);
    await proxy.close();
    try {
      const running = startBrisk(['start'], { ...env, ...few, DATABASE_URL: proxy.url });
      await running.until('"attempts":3');
      await proxy.open();
      await running.until('"pass":"backfill"');
      running.kill('SIGTERM');
      expect((await running.ended).status).toBe(0);
    } finally {
      await proxy.close();
    }
  });

  test('ends at once at a second signal, whatever it waits for', async ({ env, database, start, expect }) => {
    const proxy = await openProxy(database.url);
    try {
      const running = start(['start'], { ...env, ...few, DATABASE_URL: proxy.url });
      await running.until('"pass":"backfill"');
      proxy.freeze();
      running.kill('SIGTERM');
      const early = await Promise.race([running.ended, new Promise((resolve) => setTimeout(resolve, 800))]);
      expect(early).toBeUndefined();
      running.kill('SIGTERM');
      expect((await running.ended).status).toBe(143);
    } finally {
      await proxy.close();
    }
  });

  test('stands by beside another and takes over when that one is killed', async ({
    env,
    startBrisk,
    expect,
  }) => {
    const first = startBrisk(['start'], { ...env, ...few });
    await first.until('"pass":"backfill"');
    const second = startBrisk(['start'], { ...env, ...few });
    await second.until('standing by');
    expect(second.printed()).not.toContain('"pass":"backfill"');
    first.kill('SIGKILL');
    await second.until('"pass":"backfill"');
    second.kill('SIGTERM');
    expect((await second.ended).status).toBe(0);
  });

  test('with a wrong token says where tokens are made, exit status 1', async ({ env, expect }) => {
    const { status, stderr } = await run(['start'], { ...env, PYLON_API_TOKEN: 'wrong-token-XYZ123' });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/pylon-sync: GET \/me: 401 .*Settings → API tokens/),
    ]);
    expect(stderr).not.toContain('XYZ123');
  });

  test('says so when its port is taken, exit status 1', async ({ env, sandbox, expect }) => {
    const { status, stderr } = await run(['start'], { ...env, PYLON_SYNC_HTTP: `127.0.0.1:${sandbox.port}` });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/cannot listen on .* \(PYLON_SYNC_HTTP\).*EADDRINUSE/),
    ]);
  });
});
