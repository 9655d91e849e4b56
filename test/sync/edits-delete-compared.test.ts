import { describe, expect } from 'vitest';
import { previewEdits } from '../../src/sync/push/preview.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
import { newGate } from '../helpers/gate.ts';
import { ALL, allowAll } from '../helpers/inserts.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const ISSUE = 'issues';

const deletions = ({ sandbox }: Mirrored) => sandbox.requests.filter(({ method }) => method === 'DELETE');

const rowOf = async ({ pool }: TestDatabase, id: string) =>
  (await pool.query('SELECT * FROM pylon.issues WHERE id = $1', [id])).rows[0] as
    | Record<string, unknown>
    | undefined;

const sql = ({ pool }: TestDatabase, text: string) => pool.query(text);

/** An issue whose row somebody deletes here; `before` says what happens first. */
async function deleted(
  mirrored: Mirrored,
  database: TestDatabase,
  before: (id: string) => Promise<unknown> = async () => {},
): Promise<string> {
  await allowAll(mirrored);
  const id = String([...mirrored.sandbox.world.all(ISSUE)][0]?.object.id);
  await before(id);
  await sql(database, `DELETE FROM pylon.issues WHERE id = '${id}'`);
  return id;
}

describe('a DELETE of a record that somebody changed in Pylon since', () => {
  test('waits for a person: the row stands again as Pylon has it, and its earlier edits go on', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 });
    const id = await deleted(mirrored, database, (id) =>
      sql(
        database,
        `UPDATE pylon.issues SET customer_portal_visible = NOT customer_portal_visible,
                            team_id = NULL, type = 'ticket' WHERE id = '${id}'`,
      ),
    );
    mirrored.sandbox.world.patch(ISSUE, id, { title: 'Theirs', state: 'waiting_on_you' });
    await push(mirrored, ALL);
    expect(await editsIn(database)).toMatchObject([
      { operation: 'update', state: 'applied' },
      {
        ...{ operation: 'delete', state: 'conflict', held: ['title', 'state'] },
        remote: { title: 'Theirs', state: 'waiting_on_you' },
        error: 'deleted here, and changed in Pylon: title, state',
      },
    ]);
    expect(await rowOf(database, id)).toMatchObject({
      ...{ title: 'Theirs', state: 'waiting_on_you', type: 'ticket', _deleted_at: null },
    });
    expect(mirrored.sandbox.world.get(ISSUE, id)).toMatchObject({ title: 'Theirs', type: 'ticket' });
    expect(deletions(mirrored)).toEqual([]);
  });

  test('waits for a person where the change is a message', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 3 });
    const id = await deleted(mirrored, database);
    mirrored.pass(60);
    mirrored.sandbox.world.addMessage(id);
    await push(mirrored, ALL);
    expect(await editsIn(database)).toMatchObject([{ state: 'conflict', held: ['latest_message_time'] }]);
    expect(deletions(mirrored)).toEqual([]);
  });

  test('is sent once a person decides so, who takes the row away with that', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 3 });
    const id = await deleted(mirrored, database);
    mirrored.sandbox.world.patch(ISSUE, id, { title: 'Theirs' });
    await push(mirrored, ALL);
    await sql(database, "SELECT pylon_sync.resolve_edit(1, 'local')");
    expect(await rowOf(database, id)).toBeUndefined();
    await push(mirrored, ALL);
    expect(await statesIn(database)).toEqual(['applied']);
    expect(mirrored.sandbox.world.get(ISSUE, id)).toBeUndefined();
    expect(await rowOf(database, id)).toMatchObject({ title: 'Theirs', _deleted_at: expect.any(Date) });
    expect(deletions(mirrored)).toHaveLength(1);
  });

  test('waits again for what was changed after the decision, and for nothing else', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 });
    const id = await deleted(mirrored, database);
    mirrored.sandbox.world.patch(ISSUE, id, { title: 'Theirs' });
    await push(mirrored, ALL);
    await sql(database, "SELECT pylon_sync.resolve_edit(1, 'local')");
    mirrored.sandbox.world.patch(ISSUE, id, { state: 'waiting_on_you' });
    await push(mirrored, ALL);
    expect(await editsIn(database)).toMatchObject([{ state: 'conflict', held: ['state'] }]);
    expect(await rowOf(database, id)).toMatchObject({ title: 'Theirs', state: 'waiting_on_you' });
    // Who only tries it again has not decided about that.
    await sql(database, 'SELECT pylon_sync.retry_edit(1)');
    await push(mirrored, ALL);
    expect(await editsIn(database)).toMatchObject([{ state: 'conflict', held: ['state'] }]);
    expect(deletions(mirrored)).toEqual([]);
  });

  test('is dropped where a person decides for Pylon, and only tried again is held again', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 });
    const id = await deleted(mirrored, database);
    mirrored.sandbox.world.patch(ISSUE, id, { title: 'Theirs' });
    await push(mirrored, ALL);
    await sql(database, 'SELECT pylon_sync.retry_edit(1)');
    await push(mirrored, ALL);
    expect(await editsIn(database)).toMatchObject([{ state: 'conflict', held: ['title'] }]);
    await sql(database, "SELECT pylon_sync.resolve_edit(1, 'pylon')");
    expect(await push(mirrored, ALL)).toBe(0);
    expect(await statesIn(database)).toEqual(['discarded']);
    expect(await rowOf(database, id)).toMatchObject({ title: 'Theirs', _deleted_at: null });
    expect(deletions(mirrored)).toEqual([]);
  });

  test.for([
    ['local', 'applied', 1],
    ['pylon', 'discarded', 0],
  ] as const)('goes by the policy %s: %s', async ([policy, state, sent], { mirror, database }) => {
    const mirrored = await mirror({ issues: 3 });
    const id = await deleted(mirrored, database);
    mirrored.sandbox.world.patch(ISSUE, id, { title: 'Theirs' });
    await push(mirrored, { ...ALL, policy });
    expect(await statesIn(database)).toEqual([state]);
    expect(deletions(mirrored)).toHaveLength(sent);
    expect((await rowOf(database, id))?._deleted_at === null).toBe(state === 'discarded');
  });

  test('waits for a person also where an answer was lost before, once nothing can arrive any more', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 });
    const id = await deleted(mirrored, database);
    mirrored.sandbox.faults.add({ endpoint: 'DELETE /issues/{id}', kind: 'reset' });
    await push(mirrored, ALL);
    mirrored.sandbox.world.patch(ISSUE, id, { title: 'Theirs' });
    await expect
      .poll(async () => {
        await push(mirrored, ALL);
        return statesIn(database);
      })
      .toEqual(['conflict']);
    expect(deletions(mirrored)).toHaveLength(1);
    expect(await rowOf(database, id)).toMatchObject({ title: 'Theirs', _deleted_at: null });
  });
});

describe('a DELETE of a record that nobody changed', () => {
  test('is sent, whatever moves by itself, and whatever edits of it were not sent', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3, traps: true });
    const id = await deleted(mirrored, database, (id) =>
      sql(database, `UPDATE pylon.issues SET title = 'Unsent', tags = tags || '{unsent}' WHERE id = '${id}'`),
    );
    mirrored.pass(86_400);
    mirrored.sandbox.world.patch(ISSUE, id, { number_of_touches: 99, first_response_seconds: 99 });
    await push(mirrored, ALL);
    expect(await statesIn(database)).toEqual(['discarded', 'applied']);
  });

  test('is sent after an edit of it was applied while the row was deleted already', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 });
    const gate = newGate();
    let waiting: Promise<unknown> = Promise.resolve();
    const id = await deleted(mirrored, database, async (id) => {
      await sql(database, `UPDATE pylon.issues SET title = ' Mine ', state = 'on_hold' WHERE id = '${id}'`);
      mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'slow', until: gate.opened });
      waiting = push(mirrored, { ...ALL, requestTimeoutMs: 5_000 });
      await expect.poll(() => statesIn(database)).toEqual(['sending']);
    });
    gate.open();
    await waiting;
    await push(mirrored, ALL);
    expect(await statesIn(database)).toEqual(['applied', 'applied']);
    expect(mirrored.sandbox.world.get(ISSUE, id)).toBeUndefined();
  });

  test('is shown by a dry run with the request that would go, or with what would keep it', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 });
    const id = await deleted(mirrored, database);
    const preview = () => previewEdits(mirrored.session.ctx, { allow: ['delete'], policy: () => 'hold' });
    expect(await preview()).toMatchObject([{ request: { method: 'DELETE', path: `/issues/${id}` } }]);
    mirrored.sandbox.world.patch(ISSUE, id, { title: 'Theirs' });
    expect(await preview()).toEqual([
      { resource: ISSUE, record: id, edits: [1], note: 'changed in Pylon too: title' },
    ]);
  });
});
