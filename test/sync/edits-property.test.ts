import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { differences } from '../helpers/compare-mirror.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { type EditPlan, editPlans } from '../helpers/edit-plans.ts';
import { type Done, EDITED, type EditSimulation, openEditSimulation } from '../helpers/edit-simulation.ts';
import { type EditRow, editsIn } from '../helpers/edits.ts';
import { changesIn, expectWholeHistory } from '../helpers/history.ts';
import { type RowChange, recordRowChanges } from '../helpers/row-changes.ts';
import { times } from '../helpers/times.ts';

/** Plans that a run of the test goes through: all of them, however long that takes. */
const PLANS = times(6);

/** As Pylon may keep it; nothing, an empty text and an empty list are one, and lists have no order. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? '' : value.toSorted();
  return typeof value === 'string' ? value.trim() : (value ?? '');
}
const isEnded = ({ state }: EditRow) => !['draft', 'pending', 'sending'].includes(state);
const fieldsOf = ({ changes }: EditRow) =>
  Object.entries(changes).flatMap(([column, value]) =>
    column === 'custom_fields' ? Object.keys(value as object).map((slug) => `${column}.${slug}`) : [column],
  );

/** No edit disappeared, and each ended as it may. */
async function checkEnds(life: EditSimulation, edits: readonly EditRow[]): Promise<void> {
  const known = new Set(edits.map(({ id }) => id));
  const captured = life.local.flatMap(({ edit }) => (edit === undefined ? [] : [edit]));
  expect(
    captured.filter((id) => !known.has(id)),
    'edits that disappeared',
  ).toEqual([]);
  expect(edits.length).toBe(captured.length);
  expect(
    edits.filter((edit) => !isEnded(edit)),
    'edits without an end',
  ).toEqual([]);
  const silent = edits.filter(({ state, error }) => state !== 'applied' && !error);
  expect(silent, 'ended otherwise, without a reason').toEqual([]);
}

const heldOf = (object: Readonly<Record<string, unknown>>, field: string): unknown => {
  const [column = '', slug] = field.split('.');
  if (slug !== undefined) return (object.custom_fields as Record<string, { value?: unknown }>)[slug]?.value;
  if (!column.endsWith('_id')) return object[column];
  return (object[column.replace('_id', '')] as { id?: unknown } | null)?.id;
};

/** What came of the edits of one field of one record came in their order. */
function checkOrder({ effects, local }: EditSimulation): void {
  const names = new Set(local.filter(({ holds }) => holds === 'text').map((one) => one.name));
  for (const name of names) {
    const wanted = local.filter((one) => one.name === name).map(({ value }) => tidy(value));
    const { resource, id, field } = local.find((one) => one.name === name) as Done;
    const places = effects
      .filter((effect) => effect.resource === resource && effect.object.id === id)
      .map(({ object }) => tidy(heldOf(object, field)))
      // Values that were asked for once, and that a field does not hold of itself.
      .filter((value) => value !== '' && wanted.filter((one) => one === value).length === 1)
      .map((value) => wanted.indexOf(value));
    expect(places, `${name} came in another order`).toEqual([...places].sort((x, y) => x - y));
  }
}

/** Nothing but another's change, or an end that takes an edit back, makes a row show what people did not write. */
function checkShown(
  { touched }: EditSimulation,
  edits: readonly EditRow[],
  shown: readonly RowChange[],
): void {
  const excused = new Set(touched);
  for (const edit of edits)
    if (edit.state !== 'applied' || edit.error !== null)
      for (const field of fieldsOf(edit)) excused.add(`${edit.resource} ${edit.record_id} ${field}`);
  const named = new Set(
    edits.flatMap((edit) => fieldsOf(edit).map((field) => `${edit.resource} ${edit.record_id} ${field}`)),
  );
  const flips = shown.filter(({ resource, id, field, before, after, by }) => {
    const name = `${resource} ${id} ${field}`;
    return (
      by === 'daemon' &&
      named.has(name) &&
      !excused.has(name) &&
      JSON.stringify(tidy(before)) !== JSON.stringify(tidy(after))
    );
  });
  expect(flips, 'shown by the daemon, although nobody else changed it').toEqual([]);
}

/** Where nobody else changed a field, Pylon holds what was last asked for and not refused. */
function checkEffects({ touched, local, sandbox }: EditSimulation, edits: readonly EditRow[]): void {
  const ends = new Map(edits.map((edit) => [edit.id, edit]));
  const last = new Map<string, (typeof local)[number]>();
  for (const one of local)
    if (one.edit !== undefined && ends.get(one.edit)?.state !== 'failed') last.set(one.name, one);
  for (const [name, { resource, id, field, value, holds }] of last) {
    if (touched.has(name) || holds === 'set') continue;
    expect(tidy(heldOf(sandbox.world.get(resource, id) ?? {}, field)), name).toEqual(tidy(value));
  }
}

/** While an edit waits its row shows what it asks for. */
async function checkWaiting(database: TestDatabase, edits: readonly EditRow[]): Promise<void> {
  const waiting = new Map(
    edits
      .filter((edit) => !isEnded(edit))
      .flatMap(({ resource, record_id, changes }) =>
        Object.entries(changes)
          .filter(([column]) => column !== 'custom_fields' && column !== 'tags')
          .map(([column, value]) => [`${resource} ${record_id} ${column}`, value] as const),
      ),
  );
  for (const [name, value] of waiting) {
    const [resource, id, column] = name.split(' ');
    const { rows } = await database.pool.query(
      `SELECT ${column} AS value FROM pylon.${resource} WHERE id = $1`,
      [id],
    );
    expect(rows[0]?.value, `${name} waits, and is not shown`).toEqual(value);
  }
}

const valueIn = (values: Readonly<Record<string, unknown>>, field: string): unknown => {
  const [column = '', slug] = field.split('.');
  const held = values[column];
  return slug === undefined ? held : (held as Readonly<Record<string, unknown>> | null)?.[slug];
};

/** What is kept of fields leads on to what stands, and names who made it so. */
async function checkHistory(database: TestDatabase, { touched }: EditSimulation, edits: readonly EditRow[]) {
  await expectWholeHistory(database.pool);
  const byId = new Map(edits.map((edit) => [edit.id, edit]));
  const edited = new Set(
    edits.flatMap((edit) => fieldsOf(edit).map((field) => `${edit.resource} ${edit.record_id} ${field}`)),
  );
  const isTheirs = (name: string) => touched.has(name) || !edited.has(name);
  for (const { resource, record_id, field, edit_id, actor } of await changesIn(database.pool)) {
    const name = `${resource} ${record_id} ${field}`;
    const edit = edit_id === null ? undefined : byId.get(edit_id);
    if (edit_id === null) expect(isTheirs(name), `${name} was said to have been changed in Pylon`).toBe(true);
    else expect(fieldsOf(edit as EditRow), `${name} was said to be of edit ${edit_id}`).toContain(field);
    expect(actor).toBe(edit?.actor ?? null);
  }
  // Where nobody else changed it, each edit that Pylon took is told of.
  const said = new Set((await changesIn(database.pool)).map(({ edit_id, field }) => `${edit_id} ${field}`));
  for (const edit of edits) {
    const kept = resourceNamed(edit.resource).history ?? [];
    const silent = fieldsOf(edit).filter(
      (field) =>
        edit.state === 'applied' &&
        edit.error === null &&
        edit.http_status !== null &&
        JSON.stringify(tidy(valueIn(edit.changes, field))) !==
          JSON.stringify(tidy(valueIn(edit.base, field))) &&
        kept.includes(field.split('.')[0] ?? '') &&
        !touched.has(`${edit.resource} ${edit.record_id} ${field}`) &&
        edits.filter(
          (one) =>
            one.resource === edit.resource &&
            one.record_id === edit.record_id &&
            fieldsOf(one).includes(field),
        ).length === 1 &&
        !said.has(`${edit.id} ${field}`),
    );
    expect(silent, `edit ${edit.id} left no trace`).toEqual([]);
  }
}

async function live(plan: EditPlan): Promise<void> {
  const database = await createDatabase();
  const life = await openEditSimulation(plan, database);
  try {
    const shown = await recordRowChanges(database.pool, EDITED);
    for (const step of plan.steps) {
      await life.take(step);
      await checkWaiting(database, await editsIn(database));
    }
    await life.settle();
    const late = (await editsIn(database)).filter((edit) => !isEnded(edit));
    expect(
      late.filter(({ record_id }) => record_id !== life.poisoned),
      'held up',
    ).toEqual([]);
    life.heal();
    await life.settle();
    const edits = await editsIn(database);
    await checkEnds(life, edits);
    checkOrder(life);
    await life.read();
    expect(await differences(database.pool, life.sandbox, EDITED, { ticking: true })).toEqual([]);
    expect(await editsIn(database), 'what is read is no edit').toHaveLength(edits.length);
    checkShown(life, edits, await shown());
    checkEffects(life, edits);
    await checkHistory(database, life, edits);
  } finally {
    await life.close();
    await database.drop();
  }
}

/** A failure prints the plan it came of, and the seed and path that make it again: not shrunk, as no two lives take the same course. */
test('whatever both sides change, whatever is read when, and whatever goes wrong, each edit ends as it should', {
  timeout: PLANS * 100_000,
}, async () => {
  let lived = 0;
  await fc.assert(
    fc.asyncProperty(editPlans, async (plan) => {
      await live(plan);
      lived += 1;
    }),
    { numRuns: PLANS, endOnFailure: true },
  );
  expect(lived).toBe(PLANS);
});
