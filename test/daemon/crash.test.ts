import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Dice } from '../../src/sandbox/random.ts';
import { type Launched, logOf } from '../helpers/command.ts';
import { type DaemonWorkspace, EACH_SECOND, mirrored, openWorkspace } from '../helpers/daemon-workspace.ts';
import { type Gone, watchGone } from '../helpers/deletions.ts';
import { markedRows, tombstonesOf } from '../helpers/tombstones.ts';
import { newMix } from '../soak/mix.ts';

const KILLS = 30;
/** Kills at the beginning that shall meet the first reading, and requests after which they come at most. */
const EARLY_KILLS = 8;
const EARLY_REQUESTS = 120;
const MOST_REQUESTS = 256;
/** A start takes about a second: kills in it come within so long. */
const START_MS = 1_500;
const CHANGES_EVERY_MS = 60;
/** No promise: only the end of a test that cannot succeed any more. */
const TIMEOUT = 900_000;
const WITHIN_MS = 300_000;

/** A comparison follows the other, in many small windows: there is always a listing to be cut in the middle. */
const SCHEDULE = {
  PYLON_SYNC_LIST_SCHEDULE: '*/2 * * * * *',
  PYLON_SYNC_RECONCILE_SCHEDULE: EACH_SECOND,
  PYLON_SYNC_WINDOW_DAYS: '10',
};

/** Has things happen in Pylon, until told. */
function happen({ sandbox }: DaemonWorkspace, seed: number, gone: Gone): () => void {
  const mix = newMix(sandbox.world, seed);
  const timer = setInterval(() => {
    mix.step();
    gone.look();
  }, CHANGES_EVERY_MS);
  return () => clearInterval(timer);
}

/** Some moment in the life of daemons: as they start, or after so many of their requests. */
async function moment({ sandbox }: DaemonWorkspace, dice: Dice, kill: number, daemons: readonly Launched[]) {
  const isEarly = kill < EARLY_KILLS;
  if (!isEarly && dice.chance(0.2)) return sleep(dice.below(START_MS));
  // As many short lives as long ones.
  const most = isEarly ? EARLY_REQUESTS : 2 ** (1 + dice.below(Math.log2(MOST_REQUESTS)));
  const until = sandbox.requests.length + 1 + dice.below(most);
  let isOver = false;
  for (const { ended } of daemons)
    void ended.then(() => {
      isOver = true;
    });
  while (sandbox.requests.length < until) {
    if (isOver)
      throw new Error(`a daemon ended by itself:\n${daemons.map((one) => one.printed()).join('\n')}`);
    await sleep(1);
  }
  // Anywhere between two commits.
  await sleep(dice.below(20));
}

/** What was marked although Pylon has had it all the time. */
async function wronglyMarked({ database }: DaemonWorkspace, gone: Gone) {
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

test('a daemon killed at thirty random moments and begun again equals Pylon, and has proved each deletion', {
  timeout: TIMEOUT,
}, async () => {
  const seed = Date.now() % 1_000_000;
  const told = `seed ${seed}`;
  const dice = new Dice(seed);
  const workspace = await openWorkspace({
    sandbox: { issues: 120, latencyMs: 2, seed },
    // A day of the limits' clock, within which every message is read again, takes 29 s.
    limits: { interval_ms: 20 },
    env: SCHEDULE,
  });
  onTestFinished(() => workspace.close());
  const { database, sandbox, launch } = workspace;
  const gone = watchGone(sandbox);
  const quieten = happen(workspace, seed, gone);
  onTestFinished(quieten);
  const daemons: Launched[] = [];
  const begin = () => {
    const daemon = launch(['start']);
    daemons.push(daemon);
    return daemon;
  };

  for (let kills = 0; kills < KILLS; ) {
    // Sometimes with a standby, which is to take over.
    const alive = dice.chance(0.2) ? [begin(), begin()] : [begin()];
    while (alive.length > 0) {
      await moment(workspace, dice, kills, alive);
      const [killed] = alive.splice(dice.below(alive.length), 1);
      killed?.kill('SIGKILL');
      await killed?.ended;
      kills += 1;
      expect(await wronglyMarked(workspace, gone), told).toEqual([]);
    }
  }
  quieten();
  forgetUnnamed(workspace);
  gone.look();

  const last = begin();
  await mirrored(workspace, { withinMs: WITHIN_MS });
  const { rows } = await database.pool.query('SELECT holder FROM pylon_sync.lease');
  expect(rows, told).toMatchObject([{ holder: { pid: last.pid } }]);
  last.kill('SIGTERM');
  expect((await last.ended).status, told).toBe(0);
  // One that was in the middle goes on; after the next one nothing is left of any.
  for (let times = 0; times < 2; times += 1) expect((await launch(['reconcile']).ended).status, told).toBe(0);
  await mirrored(workspace, { withinMs: 0 });
  expect(await wronglyMarked(workspace, gone), told).toEqual([]);
  await expectSound(workspace, told);
  const loud = daemons.flatMap(logOf).filter(({ level }) => level === 'error' || level === 'fatal');
  expect(loud, told).toEqual([]);

  // The kills must have met work in progress: the first reading, and what comes round.
  const met = await killedIn(workspace);
  expect(met(), told).toBeGreaterThan(KILLS / 3);
  expect(met('backfill'), told).toBeGreaterThan(0);
  expect(met('lists') + met('reconcile'), told).toBeGreaterThan(0);
});
