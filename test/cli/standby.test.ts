import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { describe, type ExpectStatic, expect, test as pure } from 'vitest';
import { digestOfSources } from '../../rolldown.config.ts';
import { TEMPO } from '../../src/cli/process/tempo.ts';
import { migrate } from '../../src/db/schema/migrate.ts';
import { programDigest } from '../../src/db/schema/seal.ts';
import { test } from '../helpers/command-environment.ts';
import { settableClock } from '../helpers/database-clock.ts';
import { newGate } from '../helpers/gate.ts';
import { recordWrites, withApplicationName } from '../helpers/row-writes.ts';

const few = { PYLON_SYNC_RESOURCES: 'users,teams,tags' };
const ACTIVE = '"msg":"active: working on this database"';
const STANDBY = 'standing by: another process works on this database';

/** Has the holder look like a process of another machine, whose death nobody here can see. */
const moveElsewhere = (pool: pg.Pool) =>
  pool.query(`UPDATE pylon_sync.lease SET holder = holder || '{"host": "elsewhere"}'`);

const tokenOf = async (pool: pg.Pool) =>
  (await pool.query('SELECT token FROM pylon_sync.lease')).rows[0].token;

/** Resolves once the lease has been renewed so many times: a standby looks at it more often than that. */
async function renewals(pool: pg.Pool, times: number, { poll }: ExpectStatic): Promise<void> {
  const expiry = async () => (await pool.query('SELECT expires_at::text FROM pylon_sync.lease')).rows[0];
  for (let renewed = 0; renewed < times; renewed += 1)
    await poll(expiry, { interval: 20 }).not.toEqual(await expiry());
}

pure('a standby has the lease within 15 s of its holder’s last heartbeat', () => {
  const { expiryMs, standbyMs, heartbeatMs } = TEMPO;
  expect(expiryMs + standbyMs).toBeLessThan(15_000);
  // A heartbeat may be lost, and come late.
  expect(2 * heartbeatMs + standbyMs).toBeLessThan(expiryMs);
});

// Side by side: they wait, each for processes and a database of its own.
describe.concurrent('a daemon that stands by', () => {
  test('says so once, and takes over after a kill -9 on another machine', async ({
    env,
    database,
    startBrisk,
    expect,
  }) => {
    const first = startBrisk(['start'], { ...env, ...few });
    await first.until('"pass":"backfill"');
    await moveElsewhere(database.pool);
    const second = startBrisk(['start'], { ...env, ...few });
    await second.until(STANDBY);
    await renewals(database.pool, 3, expect);
    first.kill('SIGKILL');
    await second.until(ACTIVE);
    expect(second.log().filter(({ msg }) => msg === STANDBY)).toEqual([
      expect.objectContaining({
        level: 'info',
        holder: expect.objectContaining({ pid: first.pid, host: 'elsewhere', command: 'pylon-sync start' }),
      }),
    ]);
    await second.until('"pass":"backfill"');
  });

  test('leaves the lease to a living holder when the database’s clock is set, and takes a dead one’s', async ({
    env,
    database,
    startBrisk,
    expect,
  }) => {
    const setClock = await settableClock(database.pool);
    const first = startBrisk(['start'], { ...env, ...few });
    await first.until('"pass":"backfill"');
    await moveElsewhere(database.pool);
    const second = startBrisk(['start'], { ...env, ...few });
    await second.until(STANDBY);
    const token = await tokenOf(database.pool);
    for (const by of ['1 hour', '-1 hour', '0']) {
      await setClock(by);
      await renewals(database.pool, 3, expect);
      expect(await tokenOf(database.pool), by).toBe(token);
    }
    await setClock('1 hour');
    await renewals(database.pool, 2, expect);
    first.kill('SIGKILL');
    await setClock('-1 hour');
    await second.until(ACTIVE);
  });
});

test.concurrent('a daemon that was paused while another took over writes nothing more, and stands by', async ({
  env,
  sandbox,
  database,
  folder,
  startBrisk,
  expect,
}) => {
  const writes = await recordWrites(database.pool);
  // The triggers are something new: so that no daemon has to look through the database for that.
  await migrate(database.pool, { program: programDigest(digestOfSources()) });
  const looked = (await writes()).length;
  const from = (name: string) => ({
    ...env,
    DATABASE_URL: withApplicationName(database.url, name),
    PYLON_SYNC_LIST_SCHEDULE: '* * * * * *',
  });
  // Slow enough for the first pass to last until both are there; the other one has no such limits.
  const scarce = join(folder, 'scarce.json');
  const endpoint = 'GET /issues/{id}/messages';
  await writeFile(scarce, JSON.stringify({ interval_ms: 2_000, limits: { [endpoint]: 8 } }));
  // However long the other one takes to start.
  const gate = newGate();
  sandbox.faults.add({ endpoint, kind: 'slow', until: gate.opened, times: 1_000 });
  const first = startBrisk(['start'], { ...from('first'), PYLON_RATE_LIMITS: scarce });
  await first.until(ACTIVE);
  const second = startBrisk(['start'], from('second'));
  await second.until(STANDBY);
  sandbox.faults.clear();
  gate.open();
  // In the middle of the first pass, with answers and transactions under way.
  const asked = sandbox.requests.length;
  await expect.poll(() => sandbox.requests.length, { interval: 2 }).toBeGreaterThan(asked + 5);
  expect(first.printed()).not.toContain('"pass":"backfill"');
  first.kill('SIGSTOP');
  await second.until(ACTIVE);
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
  await renewals(database.pool, 5, expect);
  const after = (await writes()).slice(before.length);
  expect(new Set(after.map(({ by }) => by))).toEqual(new Set(['second']));
  expect((await database.pool.query(runs)).rows).toEqual(abandoned);

  second.kill('SIGKILL');
  await first.until(ACTIVE, 2);
  await first.until('"pass":"backfill"');
  first.kill('SIGTERM');
  expect((await first.ended).status).toBe(0);
  const unfenced = (await writes())
    .slice(looked)
    .filter(({ what, fenced }) => !fenced && !what.endsWith('pylon_sync.lease'));
  expect(unfenced).toEqual([]);
}, 120_000);
