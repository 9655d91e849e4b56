import { describe, expect } from 'vitest';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
import { newGate } from '../helpers/gate.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const query = ({ pool }: TestDatabase, text: string) => pool.query(text);
const issueIn = ({ sandbox }: Mirrored) => String([...sandbox.world.all('issues')][0]?.object.id);
const remoteOf = ({ sandbox }: Mirrored, id: string) =>
  [...sandbox.world.all('issues')].find(({ object }) => object.id === id)?.object ?? {};
const rowOf = async ({ pool }: TestDatabase, id: string) =>
  (await pool.query('SELECT * FROM pylon.issues WHERE id = $1', [id])).rows[0] as Record<string, unknown>;

/** An edit whose title was changed in Pylon too, and held back for that. */
async function inConflict(mirrored: Mirrored, database: TestDatabase): Promise<string> {
  const id = issueIn(mirrored);
  mirrored.sandbox.world.patch('issues', id, { title: 'Theirs' });
  await query(database, `UPDATE pylon.issues SET title = 'Mine', state = 'on_hold' WHERE id = '${id}'`);
  await push(mirrored);
  expect(await statesIn(database)).toEqual(['conflict']);
  expect(await rowOf(database, id)).toMatchObject({ title: 'Theirs', state: 'on_hold' });
  return id;
}

describe('an edit in conflict', () => {
  test('that a person decides for goes to Pylon', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const id = await inConflict(mirrored, database);
    await query(database, "SELECT pylon_sync.resolve_edit(1, 'local')");
    expect(await rowOf(database, id)).toMatchObject({ title: 'Mine' });
    await push(mirrored);
    expect(remoteOf(mirrored, id)).toMatchObject({ title: 'Mine', state: 'on_hold' });
    expect(await statesIn(database)).toEqual(['applied']);
    expect(await rowOf(database, id)).toMatchObject({ title: 'Mine' });
  });

  test('that a person decides against leaves everything as Pylon has it', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const id = await inConflict(mirrored, database);
    await query(database, "SELECT pylon_sync.resolve_edit(1, 'pylon')");
    expect(await push(mirrored)).toBe(0);
    expect(remoteOf(mirrored, id)).toMatchObject({ title: 'Theirs' });
    expect(await rowOf(database, id)).toMatchObject({ title: 'Theirs' });
  });

  test('that is only tried again is in conflict again', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const id = await inConflict(mirrored, database);
    await query(database, 'SELECT pylon_sync.retry_edit(1)');
    await push(mirrored);
    expect(await statesIn(database)).toEqual(['conflict']);
    expect(await rowOf(database, id)).toMatchObject({ title: 'Theirs' });
  });
});

test('what was discarded before it was sent is as Pylon has it, also where that has changed', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 5 });
  const id = issueIn(mirrored);
  await query(database, `UPDATE pylon.issues SET title = 'Mine', tags = tags || '{x}' WHERE id = '${id}'`);
  mirrored.sandbox.world.patch('issues', id, { title: 'Theirs', tags: ['y'] });
  await query(database, 'SELECT pylon_sync.discard_edit(1)');
  expect(await mirrored.session.drain()).toBe(1);
  expect(await rowOf(database, id)).toMatchObject({ title: 'Theirs', tags: ['y'] });
  expect(await push(mirrored)).toBe(0);
  const { rows } = await query(database, 'SELECT FROM pylon_sync.rereads');
  expect(rows).toEqual([]);
});

test('what Pylon refused goes through when it is tried again for a better reason', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 5 });
  const id = issueIn(mirrored);
  mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: '403', times: 1 });
  await query(database, `UPDATE pylon.issues SET title = 'Mine' WHERE id = '${id}'`);
  await push(mirrored);
  expect(await editsIn(database)).toMatchObject([{ state: 'failed', http_status: 403 }]);
  await query(database, 'SELECT pylon_sync.retry_edit(1)');
  await push(mirrored);
  expect(await editsIn(database)).toMatchObject([{ state: 'applied', error: null, attempts: 1 }]);
  expect(remoteOf(mirrored, id)).toMatchObject({ title: 'Mine' });
});

test('what was undone is in Pylon as it was', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 5 });
  const id = issueIn(mirrored);
  const { title, tags } = remoteOf(mirrored, id);
  await query(
    database,
    `UPDATE pylon.issues SET title = 'Mine', tags = coalesce(tags, '{}') || '{x}' WHERE id = '${id}'`,
  );
  await push(mirrored);
  expect(remoteOf(mirrored, id)).toMatchObject({ title: 'Mine' });
  await query(database, 'SELECT pylon_sync.undo(1)');
  await push(mirrored);
  expect(await statesIn(database)).toEqual(['applied', 'applied']);
  expect(remoteOf(mirrored, id)).toMatchObject({ title, tags: tags ?? [] });
});

test('what somebody changed in Pylon stays in conflict with a later edit, whatever becomes of an earlier one', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 5 });
  const id = issueIn(mirrored);
  mirrored.sandbox.world.patch('issues', id, { state: 'new' });
  await mirrored.session.hint('issues', id);
  await mirrored.session.drain();
  await query(database, `UPDATE pylon.issues SET title = 'Mine' WHERE id = '${id}'`);
  // It waits for its approval while the other goes.
  await database.pool.query(
    `BEGIN; SET LOCAL pylon_sync.draft = on; UPDATE pylon.issues SET state = 'on_hold', title = 'Mine too' WHERE id = '${id}'; COMMIT`,
  );
  mirrored.sandbox.world.patch('issues', id, { state: 'closed' });
  await push(mirrored);
  expect(await statesIn(database)).toEqual(['applied', 'draft']);
  await query(database, 'SELECT pylon_sync.approve_edit(2)');
  await push(mirrored);
  expect(await editsIn(database)).toMatchObject([
    { state: 'applied' },
    { state: 'conflict', held: ['state'] },
  ]);
  // What the earlier one made of the title is none.
  expect(remoteOf(mirrored, id)).toMatchObject({ state: 'closed', title: 'Mine too' });
});

test.for([false, true])(
  'what a later edit has changed is not overwritten by an earlier draft, approved while that was under way: %s',
  async (isEarly, { mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const id = issueIn(mirrored);
    mirrored.sandbox.world.patch('issues', id, { tags: ['own'], state: 'new' });
    await mirrored.session.hint('issues', id);
    await mirrored.session.drain();
    await database.pool.query(
      `BEGIN; SET LOCAL pylon_sync.draft = on;
       UPDATE pylon.issues SET title = 'Older', state = 'on_hold', tags = '{own,draft}',
              custom_fields = custom_fields || '{"order_number": "1", "priority": "low"}' WHERE id = '${id}'; COMMIT`,
    );
    await query(
      database,
      `UPDATE pylon.issues SET title = 'Later', tags = tags || '{later}', custom_fields = custom_fields || '{"priority": "high"}' WHERE id = '${id}'`,
    );
    const approve = () => query(database, "SELECT pylon_sync.approve_edits('{1}')");
    const gate = newGate();
    if (isEarly)
      mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'slow', until: gate.opened });
    const pushing = push(mirrored);
    if (isEarly) {
      await expect.poll(async () => (await statesIn(database))[1]).toBe('sending');
      await approve();
      gate.open();
    }
    await pushing;
    if (!isEarly) {
      // Nor does the row go back to it.
      expect(await rowOf(database, id)).toMatchObject({ title: 'Later', state: 'on_hold' });
      await approve();
    }
    await push(mirrored);
    expect(remoteOf(mirrored, id)).toMatchObject({
      title: 'Later',
      state: 'on_hold',
      tags: ['own', 'later', 'draft'],
    });
    expect(await rowOf(database, id)).toMatchObject({
      ...{ title: 'Later', state: 'on_hold' },
      custom_fields: { priority: 'high', order_number: '1' },
    });
    // What it asked for and did not get stays to be read.
    expect(await editsIn(database)).toMatchObject([
      {
        state: 'applied',
        changes: { state: 'on_hold', tags: ['own', 'draft'], custom_fields: { order_number: '1' } },
      },
      { state: 'applied' },
      {
        ...{ state: 'discarded', error: 'superseded by edit 2, a part of edit 1' },
        changes: { title: 'Older', custom_fields: { priority: 'low' } },
      },
    ]);
  },
);

test('what is left when an earlier edit of the same is discarded goes to Pylon', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 5 });
  const id = issueIn(mirrored);
  const base = { tags: ['own'], custom_fields: { area: { slug: 'area', values: ['backend'] } } };
  mirrored.sandbox.world.patch('issues', id, base);
  await mirrored.session.hint('issues', id);
  await mirrored.session.drain();
  const set = (fields: string) => query(database, `UPDATE pylon.issues SET ${fields} WHERE id = '${id}'`);
  await set(
    `title = 'First', tags = '{own,a}', custom_fields = '{"priority": "high", "area": ["backend", "frontend"], "order_number": "1"}'`,
  );
  await set(
    `title = 'Second', tags = '{own,a,b}', custom_fields = '{"priority": "low", "area": ["backend", "frontend", "security"], "order_number": "1"}'`,
  );
  await query(database, 'SELECT pylon_sync.discard_edit(1)');
  const shown = { priority: 'low', area: ['backend', 'security'] };
  const expected = { title: 'Second', tags: ['own', 'b'], custom_fields: shown };
  expect(await rowOf(database, id)).toMatchObject(expected);
  await push(mirrored);
  expect(await editsIn(database)).toMatchObject([{ state: 'discarded' }, { state: 'applied', error: null }]);
  expect(remoteOf(mirrored, id)).toMatchObject({
    ...{ title: 'Second', tags: ['own', 'b'] },
    custom_fields: { priority: { value: 'low' }, area: { values: ['backend', 'security'] } },
  });
  expect(remoteOf(mirrored, id).custom_fields).not.toHaveProperty('order_number');
  await mirrored.session.drain();
  expect(await rowOf(database, id)).toMatchObject(expected);
});
