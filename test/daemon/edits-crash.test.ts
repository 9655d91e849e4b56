import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Dice } from '../../src/sandbox/random.ts';
import { type Launched, logOf } from '../helpers/command.ts';
import { type DaemonWorkspace, mirrored, NEVER, openWorkspace } from '../helpers/daemon-workspace.ts';
import { editsIn } from '../helpers/edits.ts';
import { changesIn, expectWholeHistory } from '../helpers/history.ts';
import { allEnded, killed } from '../helpers/kills.ts';

const KILLS = 60;
const EDITS_EVERY_MS = 40;
/** One answer to a change is lost for about so many edits. */
const LOST_ONE_IN = 6;
/** No promise: only the end of a test that cannot succeed any more. */
const TIMEOUT = 900_000;
const WITHIN_MS = 400_000;

const NAMES = ['issues', 'accounts', 'contacts'];

/** One edit as it was asked for. */
interface Asked {
  readonly resource: string;
  readonly id: string;
  readonly column: string;
  readonly value: string;
}

const COLUMN: Readonly<Record<string, string>> = { issues: 'title', accounts: 'name', contacts: 'name' };

/** Has people edit records, until told: the names of some, and a tag more for each edit. */
function edited({ database, sandbox }: DaemonWorkspace, dice: Dice) {
  const ids = new Map(
    NAMES.map((name) => [name, [...sandbox.world.all(name)].map(({ object }) => `${object.id}`)]),
  );
  const asked: Asked[] = [];
  const failed: unknown[] = [];
  let isOver = false;
  const work = async () => {
    for (let n = 0; !isOver; n += 1) {
      const resource = dice.pick(NAMES);
      const id = dice.pick(ids.get(resource) ?? []);
      const isTag = resource !== 'contacts' && dice.chance(0.3);
      const column = isTag ? 'tags' : (COLUMN[resource] ?? '');
      const value = `edit ${n}`;
      const { rowCount } = await database.pool.query(
        `UPDATE pylon.${resource} SET ${column} = ${isTag ? "coalesce(tags, '{}') || ARRAY[$2]" : '$2'} WHERE id = $1`,
        [id, value],
      );
      if (rowCount === 1) asked.push({ resource, id, column, value });
      await sleep(EDITS_EVERY_MS);
    }
  };
  const working = work().catch((error: unknown) => void failed.push(error));
  return {
    asked,
    async end() {
      isOver = true;
      await working;
      expect(failed).toEqual([]);
    },
  };
}

/** Records that came to have the same value twice. */
const twice = (had: ReadonlyMap<string, readonly string[]>): readonly string[] =>
  [...had].filter(([, values]) => new Set(values).size < values.length).map(([key]) => key);

/** Notes each value that a record comes to have in Pylon. */
function watchEffects({ sandbox }: DaemonWorkspace) {
  const had = new Map<string, string[]>();
  const look = () => {
    for (const name of NAMES)
      for (const { object } of sandbox.world.all(name)) {
        const key = `${name} ${object.id}`;
        const value = String(object[COLUMN[name] ?? '']);
        const values = had.get(key) ?? [];
        if (values.at(-1) !== value) had.set(key, [...values, value]);
      }
  };
  const timer = setInterval(look, 5);
  look();
  return {
    had,
    end: () => {
      clearInterval(timer);
      look();
    },
  };
}

test('a daemon killed at sixty random moments under a load of edits loses none and does none twice', {
  timeout: TIMEOUT,
}, async () => {
  const seed = Date.now() % 1_000_000;
  const told = `seed ${seed}`;
  const dice = new Dice(seed);
  const workspace = await openWorkspace({
    sandbox: { issues: 400, latencyMs: 8, seed },
    limits: { interval_ms: 20 },
    env: {
      PYLON_SYNC_RESOURCES: NAMES.join(','),
      PYLON_SYNC_LIST_SCHEDULE: '*/10 * * * * *',
      PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
    },
  });
  onTestFinished(() => workspace.close());
  const { database, sandbox, launch } = workspace;
  const daemons: Launched[] = [];
  const begin = () => {
    const daemon = launch(['start']);
    daemons.push(daemon);
    return daemon;
  };
  const first = begin();
  await first.until('"pass":"backfill"');
  first.kill('SIGKILL');
  await first.ended;

  const effects = watchEffects(workspace);
  const people = edited(workspace, new Dice(seed + 1));
  const losing = setInterval(() => {
    const resource = dice.pick(NAMES);
    sandbox.faults.add({ endpoint: `PATCH /${resource}/{id}`, kind: 'lost-answer' });
  }, EDITS_EVERY_MS * LOST_ONE_IN);
  onTestFinished(() => clearInterval(losing));
  let met = 0;
  for (let kills = 0; kills < KILLS; kills += 1) {
    await killed(workspace, dice, begin());
    if ((await editsIn(database)).some(({ state }) => state === 'sending')) met += 1;
  }
  await people.end();
  clearInterval(losing);
  sandbox.faults.clear();
  // What met many kills and lost answers would wait longer for its next attempt than a test can.
  await database.pool.query(
    "UPDATE pylon_sync.edits SET next_attempt_at = clock_timestamp() WHERE state = 'pending'",
  );

  const last = begin();
  const edits = await allEnded(database, WITHIN_MS);
  effects.end();
  expect(edits.length, told).toBe(people.asked.length);
  expect(
    edits.filter(({ state }) => state !== 'applied'),
    told,
  ).toEqual([]);
  await mirrored(workspace, { withinMs: WITHIN_MS, names: NAMES });
  last.kill('SIGTERM');
  expect((await last.ended).status, told).toBe(0);

  // Pylon has what was asked for last, and each tag once.
  const lastly = new Map(people.asked.map((one) => [`${one.resource} ${one.id} ${one.column}`, one]));
  for (const { resource, id, column, value } of lastly.values())
    if (column !== 'tags') expect(sandbox.world.get(resource, id)?.[column], told).toBe(value);
  for (const { resource, id, column, value } of people.asked)
    if (column === 'tags') {
      const tags = sandbox.world.get(resource, id)?.tags as readonly string[];
      expect(
        tags.filter((tag) => tag === value),
        told,
      ).toEqual([value]);
    }
  // No value came back once another had taken its place.
  expect(twice(effects.had), told).toEqual([]);
  // Each change is told once, as its edit's.
  await expectWholeHistory(database.pool);
  const history = (await changesIn(database.pool)).filter(({ field }) => field === 'tags');
  expect(
    history.map(({ edit_id }) => edit_id).toSorted((a, b) => Number(a) - Number(b)),
    told,
  ).toEqual(
    edits.filter(({ resource, changes }) => resource !== 'contacts' && 'tags' in changes).map(({ id }) => id),
  );
  const loud = daemons.flatMap(logOf).filter(({ level }) => level === 'error' || level === 'fatal');
  expect(loud, told).toEqual([]);
  // The kills must have met edits that were under way.
  expect(met, told).toBeGreaterThan(KILLS / 10);
});
