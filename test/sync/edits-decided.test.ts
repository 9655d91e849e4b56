import { describe, expect } from 'vitest';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
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
