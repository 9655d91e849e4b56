import pg from 'pg';
import { describe, expect } from 'vitest';
import { newShutdownTracker } from '../../src/cli/runtime/shutdown.ts';
import type { Running } from '../helpers/command.ts';
import { test } from '../helpers/command-environment.ts';
import { createDatabase } from '../helpers/database.ts';
import { openProxy } from '../helpers/proxy.ts';

const few = { PYLON_SYNC_RESOURCES: 'users,teams,tags' };
const ACTIVE = '"msg":"active: working on this database"';
const DONE = '"pass":"backfill"';

/** Sends SIGTERM and waits for the end. */
async function stop(running: Running): Promise<number | null> {
  running.kill('SIGTERM');
  return (await running.ended).status;
}

/** What does not end by itself says so, and gives up: by its own clock, which is as busy as the machine. */
async function expectCleanEnd(running: Running): Promise<void> {
  expect(await stop(running), running.printed()).toBe(0);
  expect(running.printed()).toContain('"msg":"stopped"');
  expect(running.printed()).not.toContain('giving up');
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

// Side by side: they wait, each for processes and a database of its own.
describe.concurrent('SIGTERM ends a daemon cleanly before it gives up', () => {
  test('while it stands by', async ({ env, startBrisk }) => {
    const first = startBrisk(['start'], { ...env, ...few });
    await first.until(DONE);
    const second = startBrisk(['start'], { ...env, ...few });
    await second.until('standing by');
    await expectCleanEnd(second);
    await expectCleanEnd(first);
  });

  test('while a request to Pylon hangs', async ({ env, sandbox, database, startBrisk, expect }) => {
    sandbox.faults.add({ endpoint: 'GET /users', kind: 'hang' });
    const running = startBrisk(['start'], { ...env, ...few });
    await expect.poll(() => sandbox.requests.filter(({ path }) => path === '/users').length).toBe(1);
    await expectCleanEnd(running);
    expect(await isReleased(database.pool)).toBe(true);
    const { rows } = await database.pool.query(
      "SELECT outcome FROM pylon_sync.runs WHERE resource = 'users'",
    );
    expect(rows).toEqual([{ outcome: 'interrupted' }]);
    // What was cut short has not failed.
    expect(running.log().map(({ msg }) => msg)).toContain('interrupted');
    expect(running.log().filter(({ msg }) => String(msg).startsWith('failed'))).toEqual([]);
  });

  test.for(['pylon.users', 'pylon_sync.runs', 'pylon_sync.cursors'])(
    'while somebody’s lock on %s blocks it',
    async (table, { env, database, startBrisk, expect }) => {
      // Again and again: however late the lock comes, something meets it.
      const often = { PYLON_SYNC_LIST_SCHEDULE: '* * * * * *' };
      const running = startBrisk(['start'], { ...env, ...few, ...often }, { finishMs: 300 });
      await running.until(ACTIVE);
      await during(database.url, `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`, async () => {
        const waiting =
          'SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())';
        await expect.poll(async () => (await database.pool.query(waiting)).rowCount).toBeGreaterThan(0);
        await expectCleanEnd(running);
      });
      expect(await isReleased(database.pool)).toBe(true);
    },
  );

  test('while it waits for its turn to migrate', async ({ env, startBrisk, expect }) => {
    const database = await createDatabase({ migrated: false });
    await during(database.url, 'SELECT pg_advisory_xact_lock(7302114905221)', async () => {
      const running = startBrisk(
        ['start'],
        { ...env, ...few, DATABASE_URL: database.url },
        { finishMs: 300 },
      );
      const waiting =
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
      await expect.poll(async () => (await database.pool.query(waiting)).rowCount).toBe(1);
      await expectCleanEnd(running);
    });
    await database.drop();
  });

  test('while its database is away, or does not answer at first', async ({ env, database, startBrisk }) => {
    const proxy = await openProxy(database.url);
    const running = startBrisk(['start'], { ...env, ...few, DATABASE_URL: proxy.url });
    await running.until(DONE);
    await proxy.close();
    await expectCleanEnd(running);

    const waiting = startBrisk(['start'], { ...env, ...few, DATABASE_URL: proxy.url });
    await waiting.until('"attempts":2');
    await expectCleanEnd(waiting);

    await proxy.open();
    proxy.freeze();
    const hanging = startBrisk(['start'], { ...env, ...few, DATABASE_URL: proxy.url });
    await hanging.until('answering');
    await expectCleanEnd(hanging);
    await proxy.close();
  });
});

/** What does not answer is named, cut and given up, in this order, sooner than the lease's own connections give up. */
const FROZEN = { warnMs: 300, finishMs: 310, mostMs: 1_000 };

describe.concurrent('what keeps a daemon from ending', () => {
  test.for([
    ['once it is idle', few, DONE],
    ['in the middle of a pass', {}, '"resource":"issue_messages"'],
  ] as const)(
    'is named, and given up: a frozen database, %s',
    async ([, resources, when], { env, database, startBrisk }) => {
      const proxy = await openProxy(database.url);
      const running = startBrisk(['start'], { ...env, ...resources, DATABASE_URL: proxy.url }, FROZEN);
      await running.until(when);
      proxy.freeze();
      const status = await stop(running);
      const [warned, gaveUp] = running.log().filter(({ msg }) => /^not ended/.test(String(msg)));
      expect(warned).toMatchObject({ level: 'warn', waitingFor: expect.any(String) });
      expect(gaveUp).toMatchObject({ level: 'error', msg: 'not ended in time: giving up' });
      expect(status).toBe(1);
      await proxy.close();
    },
  );

  test('is what was opened last and not ended', async () => {
    const ending = newShutdownTracker();
    let end = () => {};
    const inner = new Promise<void>((resolve) => {
      end = resolve;
    });
    const outer = ending.track('outer', () => ending.track('inner', () => inner));
    expect(ending.open()).toEqual(['inner', 'outer']);
    end();
    await outer;
    await expect(ending.track('failing', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(ending.open()).toEqual([]);
  });
});
