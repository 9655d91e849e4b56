import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { describe, expect } from 'vitest';
import { type Running, start } from '../helpers/command.ts';
import { test } from '../helpers/command-environment.ts';
import { settableClock } from '../helpers/database-clock.ts';
import { recordWrites, withApplicationName } from '../helpers/row-writes.ts';

const few = { PYLON_SYNC_RESOURCES: 'users,teams,tags' };
const ACTIVE = '"msg":"active: working on this database"';
const STANDBY = 'standing by: another process works on this database';

/** Has the holder look like a process of another machine, whose death nobody here can see. */
const moveElsewhere = (pool: pg.Pool) =>
  pool.query(`UPDATE pylon_sync.lease SET holder = holder || '{"host": "elsewhere"}'`);

const tokenOf = async (pool: pg.Pool) =>
  (await pool.query('SELECT token FROM pylon_sync.lease')).rows[0].token;

async function secondsUntilActive(running: Running, since: number, times = 1): Promise<number> {
  await running.until(ACTIVE, times);
  return (performance.now() - since) / 1_000;
}

describe('a daemon that stands by', () => {
  test('says so once, and takes over within 15 s of a kill -9 on another machine', async ({
    env,
    database,
  }) => {
    const first = start(['start'], { ...env, ...few });
    await first.until('"pass":"backfill"');
    await moveElsewhere(database.pool);
    const second = start(['start'], { ...env, ...few });
    await second.until(STANDBY);
    await sleep(4_000);
    first.kill('SIGKILL');
    expect(await secondsUntilActive(second, performance.now())).toBeLessThan(15);
    expect(second.log().filter(({ msg }) => msg === STANDBY)).toEqual([
      expect.objectContaining({
        level: 'info',
        holder: expect.objectContaining({ pid: first.pid, host: 'elsewhere', command: 'pylon-sync start' }),
      }),
    ]);
    await second.until('"pass":"backfill"');
  }, 60_000);

  test('leaves the lease to a living holder when the database’s clock is set, and takes a dead one’s', async ({
    env,
    database,
  }) => {
    const setClock = await settableClock(database.pool);
    const first = start(['start'], { ...env, ...few });
    await first.until('"pass":"backfill"');
    await moveElsewhere(database.pool);
    const second = start(['start'], { ...env, ...few });
    await second.until(STANDBY);
    const token = await tokenOf(database.pool);
    for (const by of ['1 hour', '-1 hour', '0']) {
      await setClock(by);
      await sleep(4_500);
      expect(await tokenOf(database.pool), by).toBe(token);
    }
    await setClock('1 hour');
    await sleep(3_500);
    first.kill('SIGKILL');
    await setClock('-1 hour');
    expect(await secondsUntilActive(second, performance.now())).toBeLessThan(15);
  }, 90_000);
});

test('a daemon that was paused while another took over writes nothing more, and stands by', async ({
  env,
  sandbox,
  database,
}) => {
  const writes = await recordWrites(database.pool);
  const from = (name: string) => ({
    ...env,
    DATABASE_URL: withApplicationName(database.url, name),
    PYLON_SYNC_LIST_SCHEDULE: '* * * * * *',
  });
  // Slow enough for the first pass to last until both are there.
  await writeFile(String(env.PYLON_RATE_LIMITS), '{"interval_ms": 2000}');
  const first = start(['start'], from('first'));
  await first.until(ACTIVE);
  const second = start(['start'], from('second'));
  await second.until(STANDBY);
  // In the middle of the first pass, with answers and transactions under way.
  const asked = sandbox.requests.length;
  await expect
    .poll(() => sandbox.requests.length, { timeout: 10_000, interval: 2 })
    .toBeGreaterThan(asked + 5);
  expect(first.printed()).not.toContain('"pass":"backfill"');
  first.kill('SIGSTOP');
  expect(await secondsUntilActive(second, performance.now())).toBeLessThan(15);
  const before = await writes();
  const runs = 'SELECT * FROM pylon_sync.runs WHERE token = 1 ORDER BY id';
  await expect
    .poll(async () => (await database.pool.query(`${runs}`)).rows.map(({ outcome }) => outcome))
    .not.toContain('running');
  const { rows: abandoned } = await database.pool.query(runs);
  expect(abandoned.map(({ outcome }) => outcome)).toContain('interrupted');

  first.kill('SIGCONT');
  await first.until(STANDBY);
  await second.until('"pass":"backfill"');
  await sleep(3_000);
  const after = (await writes()).slice(before.length);
  expect(new Set(after.map(({ by }) => by))).toEqual(new Set(['second']));
  expect((await database.pool.query(runs)).rows).toEqual(abandoned);

  second.kill('SIGKILL');
  await first.until(ACTIVE, 2);
  await first.until('"pass":"backfill"');
  first.kill('SIGTERM');
  expect((await first.ended).status).toBe(0);
  const unfenced = (await writes()).filter(
    ({ what, fenced }) => !fenced && !what.endsWith('pylon_sync.lease'),
  );
  expect(unfenced).toEqual([]);
}, 120_000);
