import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Launched } from '../helpers/command.ts';
import { CRASH_TIMEOUT, type CrashTest, KILLS, kill, openCrashTest, WITHIN_MS } from '../helpers/crash.ts';
import { type DaemonWorkspace, EACH_SECOND, untilMirrored } from '../helpers/daemon-workspace.ts';
import { type Deletions, watchDeletions } from '../helpers/deletions.ts';
import { markedRows, tombstonesOf } from '../helpers/tombstones.ts';
import { newMix } from '../soak/mix.ts';

/** Kills at the beginning that shall meet the first reading, and requests after which they come at most. */
const EARLY_KILLS = 8;
const EARLY_REQUESTS = 120;
const MOST_REQUESTS = 256;
const CHANGES_EVERY_MS = 60;
/** Lists come every two seconds, once a daemon has begun. */
const LISTS_WITHIN_MS = 20_000;

/** A comparison follows the other, in many small windows: there is always a listing to be cut in the middle. */
const SCHEDULE = {
  PYLON_SYNC_LIST_SCHEDULE: '*/2 * * * * *',
  PYLON_SYNC_RECONCILE_SCHEDULE: EACH_SECOND,
  PYLON_SYNC_WINDOW_DAYS: '10',
};

/** Waits until lists or a comparison have begun, for some seconds at most: what is scheduled comes by the clock. */
async function untilListing({ database: { pool } }: CrashTest): Promise<void> {
  const { rows } = await pool.query('SELECT coalesce(max(id), 0) AS last FROM pylon_sync.runs');
  const begun = "SELECT FROM pylon_sync.runs WHERE id > $1 AND kind IN ('lists', 'reconcile')";
  for (const until = performance.now() + LISTS_WITHIN_MS; performance.now() < until; await sleep(5))
    if ((await pool.query(begun, [rows[0].last])).rowCount !== 0) return;
}

/** Some moment in the life of daemons: as they start, in the middle of lists, or after so many of their requests. */
async function liveUntilMoment(crash: CrashTest, kills: number, daemons: readonly Launched[]): Promise<void> {
  const { dice, told } = crash;
  const isEarly = kills < EARLY_KILLS;
  const isListing = !isEarly && dice.chance(0.3);
  if (isListing) await untilListing(crash);
  const isAlive = await crash.moment(daemons, {
    inStart: isEarly || isListing ? 0 : 0.2,
    // As many short lives as long ones.
    most: isEarly ? EARLY_REQUESTS : 2 ** (1 + dice.below(Math.log2(isListing ? 16 : MOST_REQUESTS))),
  });
  const printed = () => daemons.map((one) => one.printed()).join('\n');
  expect(isAlive, `${told}: a daemon ended by itself:\n${isAlive || printed()}`).toBe(true);
}

/** What was marked although Pylon has had it all the time. */
async function wronglyMarked({ database }: DaemonWorkspace, gone: Deletions) {
  const tombstones = await tombstonesOf(database.pool);
  return tombstones.filter(({ resource, record_id }) => !gone.has(resource, record_id));
}

/** A milestone that no task names cannot be known: Pylon forgets it, too. */
function forgetUnnamed({ sandbox: { world } }: DaemonWorkspace): void {
  const named = new Set(
    [...world.all('tasks')].map(({ object }) => (object.milestone as { id?: string } | null)?.id),
  );
  for (const { object } of [...world.all('milestones')])
    if (!named.has(`${object.id}`)) world.remove('milestones', `${object.id}`);
}

/** Fails unless the database is as it must be, whatever happened. */
async function expectSound({ database: { pool } }: DaemonWorkspace, told: string): Promise<void> {
  const rows = async (query: string) => (await pool.query(query)).rows;
  const tombstones = await tombstonesOf(pool);
  expect(tombstones.length, told).toBeGreaterThan(0);
  for (const { evidence } of tombstones)
    expect(evidence.parent ?? evidence.confirmed_by, told).toEqual(expect.any(String));
  const standing = tombstones.filter(({ restored_at }) => restored_at === null);
  expect(standing.map(({ resource, record_id }) => `${resource} ${record_id}`).toSorted(), told).toEqual(
    [...(await markedRows(pool))].toSorted(),
  );
  expect(await rows("SELECT * FROM pylon_sync.runs WHERE outcome = 'running'"), told).toEqual([]);
  const open = "SELECT * FROM pylon_sync.scans WHERE state IN ('listing', 'judging', 'stopped')";
  expect(await rows(open), told).toEqual([]);
  // No pass was begun under a lease after a later one had been handed out.
  const late = 'SELECT token < max(token) OVER (ORDER BY id) AS late FROM pylon_sync.runs';
  expect(await rows(`SELECT FROM (${late}) AS run WHERE late`), told).toEqual([]);
  expect(await rows('SELECT count(*)::int AS n FROM pylon_sync.lease'), told).toEqual([{ n: 1 }]);
}

/** Leases whose holders were killed in the middle of passes, by their kind, and of any. */
async function killedIn({ database }: DaemonWorkspace): Promise<(kind?: string) => number> {
  const { rows } = await database.pool.query(
    `SELECT kind, count(DISTINCT token)::int AS n FROM pylon_sync.runs
      WHERE error = 'the process ended without finishing' GROUP BY ROLLUP (kind)`,
  );
  return (kind) => rows.find((row) => row.kind === (kind ?? null))?.n ?? 0;
}

test(
  'a daemon killed at random moments and begun again equals Pylon, and has proved each deletion',
  CRASH_TIMEOUT,
  async () => {
    const crash = await openCrashTest((seed) => ({
      sandbox: { issues: 24, latencyMs: 2, seed },
      // A day of the limits' clock, within which every message is read again, takes 14 s.
      limits: { interval_ms: 10 },
      env: SCHEDULE,
    }));
    const { told, dice, database, sandbox, begin } = crash;
    const gone = watchDeletions(sandbox);
    const mix = newMix(sandbox.world, crash.seed);
    const changes = crash.keepDoing(CHANGES_EVERY_MS, () => {
      mix.step();
      gone.look();
    });

    for (let kills = 0; kills < KILLS; ) {
      // Sometimes with a standby, which is to take over.
      const alive = dice.chance(0.2) ? [begin(), begin()] : [begin()];
      while (alive.length > 0) {
        await liveUntilMoment(crash, kills, alive);
        for (const killed of alive.splice(dice.below(alive.length), 1)) await kill(killed);
        kills += 1;
        expect(await wronglyMarked(crash, gone), told).toEqual([]);
      }
    }
    await changes.end();
    forgetUnnamed(crash);
    gone.look();

    const last = begin();
    await untilMirrored(crash, { withinMs: WITHIN_MS });
    const { rows } = await database.pool.query('SELECT holder FROM pylon_sync.lease');
    expect(rows, told).toMatchObject([{ holder: { pid: last.pid } }]);
    await crash.end(last);
    // One that was in the middle goes on; after the next one nothing is left of any.
    for (let times = 0; times < 2; times += 1)
      expect((await begin(['reconcile']).ended).status, told).toBe(0);
    await untilMirrored(crash, { withinMs: 0 });
    expect(await wronglyMarked(crash, gone), told).toEqual([]);
    await expectSound(crash, told);
    crash.expectQuiet();

    // The kills must have met work in progress: the first reading, and what comes round.
    const met = await killedIn(crash);
    expect(met(), told).toBeGreaterThan(KILLS / 3);
    expect(met('backfill'), told).toBeGreaterThan(0);
    expect(met('lists') + met('reconcile'), told).toBeGreaterThan(0);
  },
);
