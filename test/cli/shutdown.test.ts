import pg from 'pg';
import { describe, expect } from 'vitest';
import { newEnding } from '../../src/cli/ending.ts';
import { type Running, start } from '../helpers/command.ts';
import { test } from '../helpers/command-environment.ts';
import { createDatabase } from '../helpers/database.ts';
import { openProxy } from '../helpers/proxy.ts';

const few = { PYLON_SYNC_RESOURCES: 'users,teams,tags' };
const ACTIVE = '"msg":"active: working on this database"';
const DONE = '"pass":"backfill"';

/** Sends SIGTERM and waits for the end. */
async function stop(running: Running): Promise<{ status: number | null; seconds: number }> {
  const sentAt = performance.now();
  running.kill('SIGTERM');
  const { status } = await running.ended;
  return { status, seconds: (performance.now() - sentAt) / 1_000 };
}

async function expectCleanEnd(running: Running, within: number): Promise<void> {
  const { status, seconds } = await stop(running);
  expect(status, running.printed()).toBe(0);
  expect(seconds, running.printed()).toBeLessThan(within);
  expect(running.printed()).toContain('"msg":"stopped"');
}

/** Whether the lease can be had at once. */
const isReleased = async (pool: pg.Pool) =>
  (await pool.query("SELECT expires_at = '-infinity' AS yes FROM pylon_sync.lease")).rows[0].yes;

/** A transaction of somebody else, which ends with its test. */
async function during(url: string, statement: string, work: () => Promise<void>): Promise<void> {
  const person = new pg.Client({ connectionString: url });
  await person.connect();
  try {
    await person.query(`BEGIN; ${statement}`);
    await work();
  } finally {
    await person.end();
  }
}

describe('SIGTERM ends a daemon cleanly within ten seconds', () => {
  test('while it stands by', async ({ env }) => {
    const first = start(['start'], { ...env, ...few });
    await first.until(DONE);
    const second = start(['start'], { ...env, ...few });
    await second.until('standing by');
    await expectCleanEnd(second, 2);
    await expectCleanEnd(first, 2);
  });

  test('while a request to Pylon hangs', async ({ env, sandbox, database }) => {
    sandbox.faults.add({ endpoint: 'GET /users', kind: 'hang' });
    const running = start(['start'], { ...env, ...few });
    await expect
      .poll(() => sandbox.requests.filter(({ path }) => path === '/users').length, { timeout: 10_000 })
      .toBe(1);
    await expectCleanEnd(running, 2);
    expect(await isReleased(database.pool)).toBe(true);
    const { rows } = await database.pool.query(
      "SELECT outcome FROM pylon_sync.runs WHERE resource = 'users'",
    );
    expect(rows).toEqual([{ outcome: 'interrupted' }]);
  });

  test.for(['pylon.users', 'pylon_sync.runs', 'pylon_sync.cursors'])(
    'while somebody’s lock on %s blocks it',
    async (table, { env, sandbox, database }) => {
      sandbox.faults.add({ endpoint: 'GET /users', kind: 'slow', delayMs: 500 });
      const running = start(['start'], { ...env, ...few });
      await running.until(ACTIVE);
      await during(database.url, `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`, async () => {
        const waiting =
          'SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())';
        await expect
          .poll(async () => (await database.pool.query(waiting)).rowCount, { timeout: 10_000 })
          .toBeGreaterThan(0);
        await expectCleanEnd(running, 9.5);
      });
      expect(await isReleased(database.pool)).toBe(true);
    },
  );

  test('while it waits for its turn to migrate', async ({ env }) => {
    const database = await createDatabase({ migrated: false });
    await during(database.url, 'SELECT pg_advisory_xact_lock(7302114905221)', async () => {
      const running = start(['start'], { ...env, ...few, DATABASE_URL: database.url });
      const waiting =
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
      await expect
        .poll(async () => (await database.pool.query(waiting)).rowCount, { timeout: 10_000 })
        .toBe(1);
      await expectCleanEnd(running, 5);
    });
    await database.drop();
  });

  test('while its database is away, or does not answer at first', async ({ env, database }) => {
    const proxy = await openProxy(database.url);
    const running = start(['start'], { ...env, ...few, DATABASE_URL: proxy.url });
    await running.until(DONE);
    await proxy.close();
    await expectCleanEnd(running, 5);

    const waiting = start(['start'], { ...env, ...few, DATABASE_URL: proxy.url });
    await waiting.until('"attempts":2');
    await expectCleanEnd(waiting, 2);

    await proxy.open();
    proxy.freeze();
    const hanging = start(['start'], { ...env, ...few, DATABASE_URL: proxy.url });
    await hanging.until('answering');
    await expectCleanEnd(hanging, 3);
    await proxy.close();
  });
});

describe('what keeps a daemon from ending', () => {
  test.for([
    ['once it is idle', few, DONE],
    ['in the middle of a pass', {}, '"resource":"issue_messages"'],
  ] as const)(
    'is named, and given up before ten seconds are over: a frozen database, %s',
    async ([, resources, when], { env, database }) => {
      const proxy = await openProxy(database.url);
      const running = start(['start'], { ...env, ...resources, DATABASE_URL: proxy.url });
      await running.until(when);
      proxy.freeze();
      const { status, seconds } = await stop(running);
      expect(seconds).toBeLessThan(10);
      const [warned, gaveUp] = running.log().filter(({ msg }) => /^not ended/.test(String(msg)));
      expect(warned).toMatchObject({ level: 'warn', waitingFor: expect.any(String) });
      // Queries that wait for an answer may be given up sooner than the process: then it has ended by itself.
      if (gaveUp === undefined) expect(status).toBe(0);
      else {
        expect(gaveUp).toMatchObject({ level: 'error', msg: 'not ended in time: giving up' });
        expect(status).toBe(1);
      }
      await proxy.close();
    },
  );

  test('is what was opened last and not ended', async () => {
    const ending = newEnding();
    let end = () => {};
    const inner = new Promise<void>((resolve) => {
      end = resolve;
    });
    const outer = ending.during('outer', () => ending.during('inner', () => inner));
    expect(ending.open()).toEqual(['inner', 'outer']);
    end();
    await outer;
    await expect(ending.during('failing', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(ending.open()).toEqual([]);
  });
});
