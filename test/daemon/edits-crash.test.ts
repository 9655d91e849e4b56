import { expect, test } from 'vitest';
import { Dice } from '../../src/sandbox/data/random.ts';
import { CRASH_TIMEOUT, type CrashTest, openCrashTest, WITHIN_MS } from '../helpers/crash.ts';
import { NEVER, untilMirrored } from '../helpers/daemon-workspace.ts';
import { ARRIVING, endEdits, keepAsking, killPushers, LEAST_MET } from '../helpers/edit-crash.ts';
import { changesIn, expectWholeHistory } from '../helpers/history.ts';

const EDITS_EVERY_MS = 40;
/** With the accounts, contacts and custom objects that come with them, a hundred records: each is edited several times. */
const ISSUES = 40;
/** One answer to a change is lost for about so many edits. */
const LOST_ONE_IN = 6;

const NAMES = ['issues', 'accounts', 'contacts', 'custom_objects'];
/** Those whose tags are edited too. */
const TAGGED = ['issues', 'accounts'];

const ROUTES: Readonly<Record<string, string>> = { custom_objects: '/custom-objects/{type}/{id}' };

/** One edit as it was asked for. */
interface Asked {
  readonly resource: string;
  readonly id: string;
  readonly column: string;
  readonly value: string;
}

const COLUMN: Readonly<Record<string, string>> = {
  issues: 'title',
  accounts: 'name',
  contacts: 'name',
  custom_objects: 'name',
};

/** Has people edit records, until it is ended: the names of some, and a tag more for each edit. */
function keepEditing(crash: CrashTest, dice: Dice) {
  const { database, sandbox } = crash;
  const ids = new Map(
    NAMES.map((name) => [name, [...sandbox.world.all(name)].map(({ object }) => `${object.id}`)]),
  );
  const asked: Asked[] = [];
  const working = keepAsking(crash, EDITS_EVERY_MS, async (n) => {
    const resource = dice.pick(NAMES);
    const id = dice.pick(ids.get(resource) ?? []);
    const isTag = TAGGED.includes(resource) && dice.chance(0.3);
    const column = isTag ? 'tags' : (COLUMN[resource] ?? '');
    const value = `edit ${n}`;
    const { rowCount } = await database.pool.query(
      `UPDATE pylon.${resource} SET ${column} = ${isTag ? "coalesce(tags, '{}') || ARRAY[$2]" : '$2'} WHERE id = $1`,
      [id, value],
    );
    if (rowCount === 1) asked.push({ resource, id, column, value });
  });
  return { asked, end: working.end };
}

/** Records that came to have the same value twice. */
const twice = (had: ReadonlyMap<string, readonly string[]>): readonly string[] =>
  [...had].filter(([, values]) => new Set(values).size < values.length).map(([key]) => key);

/** Notes each value that a record comes to have in Pylon, as it comes to have it. */
function newEffects() {
  const had = new Map<string, string[]>();
  return {
    had,
    note(resource: string, object: Readonly<Record<string, unknown>>) {
      if (!NAMES.includes(resource)) return;
      const key = `${resource} ${object.id}`;
      const value = String(object[COLUMN[resource] ?? '']);
      const values = had.get(key) ?? [];
      if (values.at(-1) !== value) had.set(key, [...values, value]);
    },
  };
}

test(
  'a daemon killed at random moments under a load of edits loses none and does none twice',
  CRASH_TIMEOUT,
  async () => {
    const effects = newEffects();
    const crash = await openCrashTest((seed) => ({
      sandbox: { issues: ISSUES, latencyMs: 8, seed, onStore: effects.note },
      limits: { interval_ms: 20 },
      tempo: ARRIVING,
      env: {
        PYLON_SYNC_RESOURCES: NAMES.join(','),
        PYLON_SYNC_LIST_SCHEDULE: '*/10 * * * * *',
        PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
      },
    }));
    const { told, dice, database, sandbox } = crash;
    await crash.readOnce();
    for (const name of NAMES) for (const { object } of sandbox.world.all(name)) effects.note(name, object);
    const people = keepEditing(crash, new Dice(crash.seed + 1));
    const losing = crash.keepDoing(EDITS_EVERY_MS * LOST_ONE_IN, () => {
      const name = dice.pick(NAMES);
      sandbox.faults.add({ endpoint: `PATCH ${ROUTES[name] ?? `/${name}/{id}`}`, kind: 'lost-answer' });
    });
    const met = await killPushers(crash, ({ state }) => state === 'sending');
    await people.end();
    await losing.end();
    sandbox.faults.clear();

    const { last, edits } = await endEdits(crash);
    expect(edits.length, told).toBe(people.asked.length);
    expect(
      edits.filter(({ state }) => state !== 'applied'),
      told,
    ).toEqual([]);
    await untilMirrored(crash, { withinMs: WITHIN_MS, names: NAMES });
    await crash.end(last);

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
      edits
        .filter(({ resource, changes }) => TAGGED.includes(resource) && 'tags' in changes)
        .map(({ id }) => id),
    );
    crash.expectQuiet();
    // The kills must have met edits that were under way.
    expect(met, told).toBeGreaterThan(LEAST_MET);
  },
);
