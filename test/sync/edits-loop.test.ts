import { describe, expect } from 'vitest';
import type { TestDatabase } from '../helpers/database.ts';
import { editAnyway, editsIn, push, statesIn } from '../helpers/edits.ts';
import { newGate } from '../helpers/gate.ts';
import { type Mirrored, test } from '../helpers/session.ts';
import { writeRequests } from '../helpers/write-requests.ts';

const firstIssue = ({ sandbox }: Mirrored) => {
  const [row] = sandbox.world.all('issues');
  return String(row?.object.id);
};

const edit = ({ pool }: TestDatabase, id: string, set: string) =>
  pool.query(`UPDATE pylon.issues SET ${set} WHERE id = $1`, [id]);

/** Everything that is read and written, twice: nothing of it may come of itself. */
async function goOn(mirrored: Mirrored) {
  const { session } = mirrored;
  for (let times = 0; times < 2; times += 1) {
    await push(mirrored);
    mirrored.pass(60);
    await session.pull();
    await session.lists(['accounts', 'contacts', 'tags']);
    while ((await session.drain()) > 0);
  }
  await session.reconcile(['issues', 'accounts']);
  await push(mirrored);
}

/** Lets all go on; how many requests changed something in Pylon. */
async function sentFor(mirrored: Mirrored): Promise<number> {
  await goOn(mirrored);
  return writeRequests(mirrored.sandbox).length;
}

const prepared = (fields: Record<string, unknown>) => ({
  prepare: ({ world }: Pick<Mirrored['sandbox'], 'world'>) => {
    const [row] = world.all('issues');
    world.patch('issues', String(row?.object.id), fields);
  },
});

describe('what the daemon writes itself', () => {
  test('is no edit: not what it reads, nor what it settles', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { world } = mirrored.sandbox;
    expect(await editsIn(database)).toEqual([]);
    for (const { object } of [...world.all('issues')])
      world.patch('issues', String(object.id), { title: 'Theirs', tags: ['theirs'] });
    for (const { object } of [...world.all('accounts')])
      world.patch('accounts', String(object.id), { name: 'Theirs too' });
    await goOn(mirrored);
    expect(await editsIn(database)).toEqual([]);

    const id = firstIssue(mirrored);
    await edit(database, id, "title = ' Normalised ', tags = tags || '{mine}'");
    await editAnyway(database, id, "state = 'no such state'");
    expect(await sentFor(mirrored)).toBe(3);
    expect(await statesIn(database)).toEqual(['applied', 'failed']);
  });

  test('is no edit when both sides changed the same, whoever wins', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const id = firstIssue(mirrored);
    for (const policy of ['hold', 'pylon', 'local'] as const) {
      await edit(database, id, `title = 'Mine, ${policy}'`);
      mirrored.sandbox.world.patch('issues', id, { title: `Theirs, ${policy}` });
      await push(mirrored, { policy });
    }
    expect(await sentFor(mirrored)).toBe(1);
    // The conflict that was held is replaced by the edit that followed.
    expect(await statesIn(database)).toEqual(['discarded', 'discarded', 'applied']);
  });
});

describe('no request', () => {
  test('for an edit to the value that Pylon holds', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const id = firstIssue(mirrored);
    mirrored.sandbox.world.patch('issues', id, { title: 'Same', tags: ['b', 'a'], state: 'on_hold' });
    await edit(database, id, "title = 'Same', tags = '{a,b}', state = 'on_hold'");
    expect(await sentFor(mirrored)).toBe(0);
    expect(await statesIn(database)).toEqual(['applied']);
  });

  test.for([
    ["title = 'Other'", "title = 'Original'"],
    ["tags = tags || '{new}'", "tags = array_remove(tags, 'new')"],
    ["tags = array_remove(tags, 'kept')", "tags = tags || '{kept}'"],
    [
      `custom_fields = custom_fields || '{"priority": "urgent"}'`,
      `custom_fields = custom_fields - 'priority'`,
    ],
    ['assignee_id = NULL', 'assignee_id = $ASSIGNEE'],
  ] as const)('for %s, taken back before it was sent', async ([there, back], { mirror, database }) => {
    const mirrored = await mirror(
      { issues: 5 },
      {
        prepare: ({ world }) => {
          const [row] = world.all('issues');
          const [user] = world.all('users');
          world.patch('issues', String(row?.object.id), {
            title: 'Original',
            tags: ['kept', 'too'],
            assignee: { id: user?.object.id, email: user?.object.email },
            custom_fields: {},
          });
        },
      },
    );
    const id = firstIssue(mirrored);
    const [user] = mirrored.sandbox.world.all('users');
    await edit(database, id, there);
    await edit(database, id, back.replace('$ASSIGNEE', `'${user?.object.id}'`));
    expect(await sentFor(mirrored)).toBe(0);
    expect(await statesIn(database)).toEqual(['applied', 'applied']);
  });

  test('for an update that changes nothing, before, while and after the same was sent', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    const id = firstIssue(mirrored);
    const same = () => edit(database, id, "title = 'Twice', tags = '{x}'");
    await same();
    await same();
    const gate = newGate();
    mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'slow', until: gate.opened });
    const pushing = push(mirrored);
    await expect.poll(() => statesIn(database)).toEqual(['sending']);
    await same();
    gate.open();
    await pushing;
    await same();
    expect(await sentFor(mirrored)).toBe(1);
    expect(await statesIn(database)).toEqual(['applied']);
  });
});

describe('exactly one request', () => {
  test('for an edit, another, and the first again', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 }, prepared({ title: 'Original' }));
    const id = firstIssue(mirrored);
    for (const title of ['One', 'Two', 'One']) await edit(database, id, `title = '${title}'`);
    expect(await sentFor(mirrored)).toBe(1);
    expect(await statesIn(database)).toEqual(['applied', 'applied', 'applied']);
    expect(mirrored.sandbox.world.get('issues', id)).toMatchObject({ title: 'One' });
  });

  test('for a value that Pylon tidies, each time that it is asked for', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const id = firstIssue(mirrored);
    await edit(database, id, "title = ' Tidy '");
    expect(await sentFor(mirrored)).toBe(1);
    await edit(database, id, "title = ' Tidy '");
    expect(await sentFor(mirrored)).toBe(2);
    expect(await statesIn(database)).toEqual(['applied', 'applied']);
  });

  test('for an edit that is taken back while it is under way, and one for taking it back', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 }, prepared({ title: 'Original' }));
    const id = firstIssue(mirrored);
    await edit(database, id, "title = 'Other'");
    const gate = newGate();
    mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'slow', until: gate.opened });
    const pushing = push(mirrored);
    await expect.poll(() => writeRequests(mirrored.sandbox).length).toBe(1);
    await edit(database, id, "title = 'Original'");
    gate.open();
    await pushing;
    expect(await sentFor(mirrored)).toBe(2);
    expect(await statesIn(database)).toEqual(['applied', 'applied']);
    expect(mirrored.sandbox.world.get('issues', id)).toMatchObject({ title: 'Original' });
  });
});
