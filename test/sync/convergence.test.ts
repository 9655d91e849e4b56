import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCursors } from '../../src/db/progress/cursors.ts';
import { isUnfinished } from '../../src/sync/runs/resume.ts';
import { type Difference, differences } from '../helpers/compare-mirror.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { expectWholeHistory } from '../helpers/history.ts';
import { MIRRORED, openSimulation, PARENTS, PULLED, type Simulation } from '../helpers/simulation.ts';
import { type Plan, plans, type Step, type Work } from '../helpers/simulation-plans.ts';
import { times } from '../helpers/times.ts';

/** Lives that a run of the test goes through: all of them, however long that takes. */
const LIVES = times(4);

/** Rows of the mirror that a condition picks, by `<resource> <key>`. */
async function rowsWhere({ pool }: TestDatabase, condition: string): Promise<ReadonlySet<string>> {
  const each = MIRRORED.map((name) => `SELECT '${name} ' || id AS key FROM pylon.${name} WHERE ${condition}`);
  const { rows } = await pool.query<{ key: string }>(each.join(' UNION ALL '));
  return new Set(rows.map(({ key }) => key));
}

const tombstones = (database: TestDatabase) => rowsWhere(database, '_deleted_at IS NOT NULL');

/** Keys of what Pylon has. */
const held = ({ sandbox }: Simulation) =>
  new Set(
    MIRRORED.flatMap((name) =>
      [...sandbox.world.all(name)].map(({ object, path }) =>
        name === 'issue_followers'
          ? `${name} ${path.issue_id}:${object.type}:${object.id}`
          : `${name} ${object.id}`,
      ),
    ),
  );

/** Whether an incremental pull was among the works and is complete, with all that hangs on what changed. */
function isPulled(works: readonly string[], results: readonly PromiseSettledResult<unknown>[] | undefined) {
  const result = results?.[works.indexOf('pull')];
  if (result?.status !== 'fulfilled') return false;
  const progress = result.value as readonly { readonly state: string }[];
  return progress.every(({ state }) => state === 'done');
}

/** Takes one step, and holds what must hold after each. */
function stepper(life: Simulation, database: TestDatabase, { date }: Plan) {
  const { remote, sandbox } = life;
  /** When incremental pulls began whose scan is not ended, in changes made, by resource. */
  const began = new Map<string, number>();

  const checkMarked = async (before: ReadonlySet<string>, there: ReadonlySet<string>, start: number) => {
    const still = held(life);
    const wasGone = (name: string) => remote.wasGone(name, start);
    const wrong = [...(await tombstones(database))].filter((key) => {
      const [name = ''] = key.split(' ');
      const parent = PARENTS[name];
      return (
        !before.has(key) &&
        there.has(key) &&
        still.has(key) &&
        !wasGone(name) &&
        !(parent !== undefined && wasGone(parent))
      );
    });
    expect(wrong, 'marked as gone although Pylon had it all the while').toEqual([]);
  };

  const checkPulled = async () => {
    while ((await life.session.drain()) > 0);
    const all = await differences(database.pool, sandbox, PULLED, { ticking: true });
    const skipped = all.filter(({ resource, key, what }) => {
      const shownAt = remote.shown.get(`${resource} ${key}`);
      const since = began.get(PARENTS[resource] ?? resource) ?? 0;
      return shownAt !== undefined && shownAt <= since && what !== 'Pylon does not have it';
    });
    expect(skipped, 'changed before the pull began').toEqual([]);
  };

  return async (step: Step, works: readonly (Work | 'first')[]) => {
    // Where Pylon does not say what time it is, only what it stamps shows that a second is over.
    remote.now += step.seconds * 1_000 + (date ? 0 : 1_000);
    for (const edit of step.before) remote.make(edit);
    const start = remote.made;
    const [before, there] = [await tombstones(database), held(life)];
    const resources = ['issues', 'tasks', 'projects', 'custom_objects'];
    for (const name of resources) if (!began.has(name)) began.set(name, start);
    const results = await life.survive(step, works);
    await checkMarked(before, there, start + 1);
    if (isPulled(works, results)) await checkPulled();
    for (const name of resources) {
      // Each type of custom objects has a scan of its own.
      const positions = await readCursors<{ scan?: unknown }>(life.session.ctx.db.orm, name, 'changes');
      if (positions.every(({ position }) => position.scan === undefined)) began.delete(name);
    }
  };
}

async function readAll({ session }: Simulation): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const read = await session.first();
    const failed = [...read.values()].filter(({ state }) => state !== 'done');
    if (failed.length === 0) return;
    if (tries > 3) expect(failed).toEqual([]);
  }
}

/** Nothing happens any more: what was begun is ended, and everything is looked at once more. */
async function settleDown({ session, remote, resources, perform }: Simulation): Promise<void> {
  for (const what of ['lists', 'reconcile'] as const)
    if (await isUnfinished(session.ctx, what, resources)) await session[what]();
  for (let round = 0; round < 2; round += 1) {
    remote.now += 10_000;
    await session.pull();
  }
  await session.lists();
  await session.reconcile();
  // What nothing points to.
  for (let which = 0; which < 2 * Object.keys(PARENTS).length; which += 1) await perform('resweep', which);
  while ((await session.drain()) > 0);
}

/** Pylon lists milestones nowhere: one that no task names, and that was never read, cannot be known. */
function isKnowable(
  { sandbox }: Simulation,
  rows: ReadonlySet<string>,
  { resource, key }: Difference,
): boolean {
  if (resource !== 'milestones' || rows.has(`${resource} ${key}`)) return true;
  const named = ({ milestone }: Record<string, unknown>) => (milestone as { id?: string } | null)?.id;
  return [...sandbox.world.all('tasks')].some(({ object }) => named(object) === key);
}

async function live(plan: Plan): Promise<void> {
  const database = await createDatabase();
  const life = await openSimulation(plan, database);
  try {
    const take = stepper(life, database, plan);
    await take(plan.first, ['first']);
    await readAll(life);
    for (const step of plan.steps) await take(step, step.works);
    await settleDown(life);
    const left = await differences(database.pool, life.sandbox, MIRRORED, { ticking: true });
    const rows = await rowsWhere(database, 'true');
    expect(left.filter((one) => isKnowable(life, rows, one))).toEqual([]);
    const count = async (query: string) => (await database.pool.query(query)).rowCount;
    expect(await count("SELECT FROM pylon_sync.scans WHERE state IN ('listing', 'judging')")).toBe(0);
    expect(await count("SELECT FROM pylon_sync.runs WHERE outcome = 'running'")).toBe(0);
    expect(await count('SELECT FROM pylon_sync.rereads')).toBe(0);
    await expectWholeHistory(database.pool);
  } finally {
    await life.close();
    await database.drop();
  }
}

/** A failure prints the plan it came of, and the seed and path that make it again: not shrunk, as no two lives take the same course. */
test('whatever others change, whatever is read when, and whatever goes wrong, the mirror becomes equal', {
  timeout: LIVES * 150_000,
}, async () => {
  let lived = 0;
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      await live(plan);
      lived += 1;
    }),
    { numRuns: LIVES, endOnFailure: true },
  );
  expect(lived).toBe(LIVES);
});
