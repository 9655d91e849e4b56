import { describe, type ExpectStatic, expect } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { NOW } from '../helpers/backfill-workspace.ts';
import { BRISK } from '../helpers/brisk.ts';
import type { Running } from '../helpers/command.ts';
import { test as base } from '../helpers/command-environment.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import { NEVER } from '../helpers/daemon-workspace.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { openProxy } from '../helpers/proxy.ts';
import { startTrappedSandbox } from '../helpers/sandbox.ts';
import { poolTo } from '../helpers/server.ts';
import { copyMigratedCluster, serverPid } from '../postgres/folder.ts';
import { start as startPostgres } from '../postgres/start.ts';

const few = { PYLON_SYNC_RESOURCES: 'users,teams,tags' };
const ACTIVE = '"msg":"active: working on this database"';
const DONE = '"pass":"backfill"';
const AWAY = 'database cannot be used: trying again';

const test = base.extend<{ sandbox: Sandbox; dataDir: string }>({
  // Nothing ticks there, so that what was read at different times can be compared.
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern
  sandbox: async ({}, use) => {
    const sandbox = await startTrappedSandbox({ issues: 60, limits: 'none', now: () => NOW });
    await use(sandbox);
    await sandbox.close();
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern
  dataDir: async ({}, use) => {
    await use(await copyMigratedCluster());
  },
});

/** Ends a server as a crash does. */
async function crash(dataDir: string, { poll }: ExpectStatic): Promise<void> {
  const pid = serverPid(dataDir);
  if (pid === undefined) throw new Error(`no server runs in ${dataDir}`);
  process.kill(pid, 'SIGQUIT');
  await poll(() => serverPid(dataDir)).not.toBe(pid);
}

async function expectCleanEnd(running: Running): Promise<void> {
  running.kill('SIGTERM');
  const { status } = await running.ended;
  expect(status, running.printed()).toBe(0);
}

/** Whether others may take over: nobody has renewed the lease for longer than it lasts. */
const hasLapsed = async ({ pool }: TestDatabase) =>
  (await pool.query('SELECT expires_at < now() AS lapsed FROM pylon_sync.lease')).rows[0].lapsed;

const isSeen = async ({ pool }: TestDatabase, name: string) =>
  (await pool.query('SELECT FROM pylon.users WHERE name = $1', [name])).rowCount === 1;

// Side by side: they wait, each for processes and a database of its own.
describe.concurrent('a database that goes away', () => {
  test('in the middle of a pass, and comes back after a crash: nothing is lost', async ({
    env,
    sandbox,
    dataDir,
    startBrisk,
    expect,
  }) => {
    const server = await startPostgres(dataDir);
    const quiet = { PYLON_SYNC_AUDIT_SHARE: '0', LOG_LEVEL: 'debug' };
    const running = startBrisk(['start'], { ...env, ...quiet, DATABASE_URL: server.url });
    await running.until('"resource":"issue_messages"');
    const count = (text: string) => running.printed().split(text).length - 1;
    for (const attempts of [0, 1]) {
      const begun = count(ACTIVE);
      await crash(dataDir, expect);
      // At once, or after it was seen to be away for a while.
      if (attempts > 0) await running.until(AWAY, count(AWAY) + attempts);
      // However late the process comes to see it: until the server is back nothing more is asked than what is under way.
      const asked = sandbox.requests.length;
      expect((await startPostgres(dataDir)).url).toBe(server.url);
      // One that asked for nothing meanwhile, however short that was, goes on as if nothing had been.
      if (attempts > 0) await running.until(ACTIVE, begun + 1);
      await expect.poll(() => sandbox.requests.length, { interval: 5 }).toBeGreaterThan(asked + 10);
    }
    await running.until(DONE);
    const pool = poolTo({ connectionString: server.url });
    await expectMirror(pool, sandbox);
    const unfinished = async () =>
      (
        await pool.query(
          "SELECT resource, kind, outcome, error FROM pylon_sync.runs WHERE outcome IN ('running', 'failed')",
        )
      ).rows;
    // What the schedule has begun just now ends by itself.
    await expect.poll(unfinished).toEqual([]);
    await expectCleanEnd(running);
    await pool.end();
    await crash(dataDir, expect);
  });

  test('for longer than the lease while nothing is done: it goes on by itself, without haste', async ({
    env,
    sandbox,
    database,
    startBrisk,
    expect,
  }) => {
    const proxy = await openProxy(database.url);
    const schedule = { PYLON_SYNC_LIST_SCHEDULE: NEVER, PYLON_SYNC_SCHEDULE: NEVER };
    const through = { ...env, ...few, ...schedule, DATABASE_URL: proxy.url };
    const running = startBrisk(['start'], through, { expiryMs: 2_000 });
    await running.until(DONE);
    await proxy.close();
    await running.until(AWAY, 3);
    await expect.poll(() => hasLapsed(database)).toBe(true);
    const waits = running.log().flatMap(({ msg, waitMs }) => (msg === AWAY ? [Number(waitMs)] : []));
    // Twice as long each time, of which up to a half is taken off.
    for (const [place, waitMs] of waits.entries())
      expect(waitMs).toBeGreaterThanOrEqual((BRISK.retryMs / 2) * 2 ** place);
    const { rows } = await database.pool.query('SELECT id FROM pylon.users LIMIT 1');
    sandbox.world.patch('users', rows[0].id, { name: 'Renamed meanwhile' });
    await proxy.open();
    await expect.poll(() => isSeen(database, 'Renamed meanwhile')).toBe(true);
    await expectCleanEnd(running);
    await proxy.close();
  }, 120_000);

  test('without a word, for longer than the lease, in the middle of a pass: nothing is lost', async ({
    env,
    sandbox,
    database,
    startBrisk,
  }) => {
    const proxy = await openProxy(database.url);
    const steps = { DATABASE_URL: proxy.url, LOG_LEVEL: 'debug' };
    const running = startBrisk(['start'], { ...env, ...steps });
    await running.until('"resource":"issue_messages"');
    proxy.freeze();
    await running.until('lease lost');
    proxy.thaw();
    await running.until(DONE);
    await expectMirror(database.pool, sandbox);
    await expectCleanEnd(running);
    await proxy.close();
  });

  test('for want of room on its disk is waited for', async ({ env, database, startBrisk }) => {
    await database.pool.query(`
      CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON pylon.users FOR EACH ROW EXECUTE FUNCTION public.full()`);
    const running = startBrisk(['start'], { ...env, ...few });
    await running.until(AWAY, 3);
    expect(running.log().find(({ msg }) => msg === AWAY)).toMatchObject({
      level: 'info',
      error: { message: expect.stringContaining('No space left on device') },
    });
    await database.pool.query('DROP TRIGGER full_disk ON pylon.users');
    await running.until(DONE);
    expect((await database.pool.query('SELECT FROM pylon.users')).rowCount).toBeGreaterThan(0);
    await expectCleanEnd(running);
  });

  test('although it is embedded: it is started again', async ({ env, dataDir, startBrisk, expect }) => {
    const { DATABASE_URL: _, ...rest } = env;
    const running = startBrisk(['start'], { ...rest, ...few, PYLON_SYNC_DATA_DIR: dataDir });
    await running.until(DONE);
    await crash(dataDir, expect);
    await running.until(ACTIVE, 2);
    await running.until(DONE, 2);
    await expectCleanEnd(running);
    expect(serverPid(dataDir)).toBeUndefined();
  });
});

describe.concurrent('a token', () => {
  test('that is revoked is said to be, tried now and then, and used again when it works', async ({
    env,
    sandbox,
    database,
    startBrisk,
    expect,
  }) => {
    const running = startBrisk(['start'], { ...env, ...few, PYLON_SYNC_LIST_SCHEDULE: '* * * * * *' });
    await running.until(DONE);
    sandbox.faults.add({ endpoint: '*', kind: '401', times: 1_000_000 });
    await running.until('Pylon refuses the token');
    const { rows } = await database.pool.query(
      "SELECT expires_at = '-infinity' AS released FROM pylon_sync.lease",
    );
    expect(rows).toEqual([{ released: true }]);
    const asked = sandbox.requests.length;
    await running.until('Pylon refuses the token', 2);
    // The process says so each time before it tries the token. On a busy machine it may have done both before this test looks.
    const tried = sandbox.requests.slice(asked).map(({ path }) => path);
    expect(tried.filter((path) => path !== '/me')).toEqual([]);
    expect(tried.length).toBeLessThanOrEqual(running.printed().split('Pylon refuses the token').length - 1);
    expect(running.log().find(({ msg }) => /^Pylon refuses/.test(String(msg)))).toMatchObject({
      level: 'error',
      error: { message: expect.stringMatching(/401 invalid_api_token .*Settings → API tokens/) },
    });

    const { rows: users } = await database.pool.query('SELECT id FROM pylon.users LIMIT 1');
    sandbox.world.patch('users', users[0].id, { name: 'Renamed meanwhile' });
    sandbox.faults.clear();
    await running.until('Pylon takes the token again');
    await expect.poll(() => isSeen(database, 'Renamed meanwhile')).toBe(true);
    await expectCleanEnd(running);
  });

  test('that one endpoint alone refuses is no reason to stop the rest', async ({
    env,
    sandbox,
    database,
    startBrisk,
    expect,
  }) => {
    sandbox.faults.add({ endpoint: 'GET /teams', kind: '401', times: 1_000_000 });
    const running = startBrisk(['start'], { ...env, ...few });
    await running.until(DONE);
    const { rows } = await database.pool.query(
      // Later runs may have begun, and ended, meanwhile.
      "SELECT DISTINCT resource, outcome FROM pylon_sync.runs WHERE outcome IS DISTINCT FROM 'running' ORDER BY 1, 2",
    );
    expect(rows).toEqual([
      { resource: 'tags', outcome: 'done' },
      { resource: 'teams', outcome: 'failed' },
      { resource: 'users', outcome: 'done' },
    ]);
    await expectCleanEnd(running);
  });
});
