import type pg from 'pg';
import { describe, expect } from 'vitest';
import { editAnyway, editsIn, push, statesIn } from '../helpers/edits.ts';
import { changesIn, describeChanges, expectWholeHistory } from '../helpers/history.ts';
import { ALL, allowAll } from '../helpers/inserts.ts';
import { type Mirrored, test } from '../helpers/session.ts';

/** An issue in Pylon of known values, as the mirror has it. */
async function known(mirrored: Mirrored) {
  const { sandbox, session } = mirrored;
  const [row] = sandbox.world.all('issues');
  const id = String(row?.object.id);
  sandbox.world.patch('issues', id, { state: 'new', tags: ['a'], assignee: null });
  await session.hint('issues', id);
  await session.drain();
  const users = [...sandbox.world.all('users')].map(({ object }) => String(object.id));
  return { id, users, from: (await changesIn(session.ctx.db.pool as pg.Pool)).length };
}

describe('the history of a field', () => {
  test('names the edit that Pylon took, once, and who made it', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id, from } = await known(mirrored);
    await database.pool.query(
      "UPDATE pylon.issues SET state = 'on_hold', title = 'No part of it' WHERE id = $1",
      [id],
    );
    // It is Pylon's when Pylon holds it, and not before.
    expect((await changesIn(database.pool)).slice(from)).toEqual([]);
    await mirrored.session.hint('issues', id);
    await mirrored.session.drain();
    expect((await changesIn(database.pool)).slice(from)).toEqual([]);
    await push(mirrored);
    const [edit] = await editsIn(database);
    expect((await changesIn(database.pool)).slice(from)).toMatchObject([
      {
        ...{ resource: 'issues', record_id: id, field: 'state', old: 'new', new: 'on_hold' },
        ...{ edit_id: edit?.id, actor: edit?.actor },
        changed_at: expect.any(Date),
      },
    ]);
    await mirrored.session.hint('issues', id);
    await mirrored.session.drain();
    await mirrored.session.pull();
    expect((await changesIn(database.pool)).slice(from)).toHaveLength(1);
    await expectWholeHistory(database.pool);
  });

  test('tells what people did in Pylon meanwhile from what was done here', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id, from, users } = await known(mirrored);
    await database.pool.query("UPDATE pylon.issues SET state = 'on_hold', tags = '{a,b}' WHERE id = $1", [
      id,
    ]);
    await database.pool.query("UPDATE pylon.issues SET tags = tags || '{c}' WHERE id = $1", [id]);
    mirrored.sandbox.world.patch('issues', id, { assignee: { id: users[0] }, tags: ['z', 'a'] });
    await push(mirrored);
    expect(await statesIn(database)).toEqual(['applied', 'applied']);
    expect((await describeChanges(database.pool, id)).slice(from).toSorted()).toEqual([
      `assignee_id: null → "${users[0]}" (Pylon)`,
      'state: "new" → "on_hold" (edit 1)',
      'tags: ["a","b","c"] → ["z","a","b","c"] (Pylon)',
      'tags: ["a","b"] → ["a","b","c"] (edit 2)',
      'tags: ["a"] → ["a","b"] (edit 1)',
    ]);
    await expectWholeHistory(database.pool);
  });

  test('knows nothing of an edit that Pylon refused, and of its end', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id, from } = await known(mirrored);
    await editAnyway(database, id, "state = 'no such state'");
    await push(mirrored);
    expect(await statesIn(database)).toEqual(['failed']);
    await mirrored.session.drain();
    expect((await changesIn(database.pool)).slice(from)).toEqual([]);
    await expectWholeHistory(database.pool);
  });

  test('knows nothing of one that ended unseen: the row shows what Pylon was known to hold', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id, from } = await known(mirrored);
    await database.pool.query("UPDATE pylon.issues SET state = 'on_hold', tags = '{a,b}' WHERE id = $1", [
      id,
    ]);
    mirrored.sandbox.faults.add({ endpoint: 'GET /issues/{id}', kind: '403', times: 1 });
    await push(mirrored);
    expect(await statesIn(database)).toEqual(['failed']);
    const { rows } = await database.pool.query('SELECT state, tags FROM pylon.issues WHERE id = $1', [id]);
    expect(rows).toEqual([{ state: 'new', tags: ['a'] }]);
    mirrored.sandbox.world.patch('issues', id, { state: 'closed' });
    await mirrored.session.drain();
    expect((await describeChanges(database.pool, id)).slice(from)).toEqual([
      'state: "new" → "closed" (Pylon)',
    ]);
    await expectWholeHistory(database.pool);
  });

  test('knows nothing of an edit that was discarded, also where Pylon was asked only later', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id, from } = await known(mirrored);
    await database.pool.query("UPDATE pylon.issues SET state = 'on_hold' WHERE id = $1", [id]);
    await database.pool.query("UPDATE pylon.issues SET state = 'closed' WHERE id = $1", [id]);
    await database.pool.query('SELECT pylon_sync.discard_edit(1)');
    mirrored.sandbox.world.patch('issues', id, { tags: ['new'] });
    await mirrored.session.drain();
    expect((await describeChanges(database.pool, id)).slice(from)).toEqual(['tags: ["a"] → ["new"] (Pylon)']);
    await push(mirrored);
    expect(await statesIn(database)).toEqual(['discarded', 'applied']);
    expect((await describeChanges(database.pool, id)).slice(from + 1)).toEqual([
      'state: "new" → "closed" (edit 2)',
    ]);
    await database.pool.query("UPDATE pylon.issues SET state = 'on_hold' WHERE id = $1", [id]);
    await database.pool.query('SELECT pylon_sync.discard_edit(3)');
    await mirrored.session.drain();
    expect((await changesIn(database.pool)).slice(from)).toHaveLength(2);
    await expectWholeHistory(database.pool);
  });

  test('leaves what somebody had changed alike in Pylon to Pylon', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id, from } = await known(mirrored);
    await database.pool.query("UPDATE pylon.issues SET state = 'on_hold' WHERE id = $1", [id]);
    mirrored.sandbox.world.patch('issues', id, { state: 'on_hold' });
    await push(mirrored);
    expect(await statesIn(database)).toEqual(['applied']);
    expect((await describeChanges(database.pool, id)).slice(from)).toEqual([
      'state: "new" → "on_hold" (Pylon)',
    ]);
  });

  test('has both changes of a conflict, whoever wins', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id, from } = await known(mirrored);
    const both = async (local: string, remote: string) => {
      await database.pool.query('UPDATE pylon.issues SET state = $2 WHERE id = $1', [id, local]);
      mirrored.sandbox.world.patch('issues', id, { state: remote });
    };
    await both('on_hold', 'closed');
    await push(mirrored);
    expect(await statesIn(database)).toEqual(['conflict']);
    expect((await describeChanges(database.pool, id)).slice(from)).toEqual([
      'state: "new" → "closed" (Pylon)',
    ]);
    mirrored.sandbox.world.patch('issues', id, { state: 'waiting_on_you' });
    await mirrored.session.hint('issues', id);
    await mirrored.session.drain();
    await database.pool.query("SELECT pylon_sync.resolve_edit(1, 'local')");
    await mirrored.session.hint('issues', id);
    await mirrored.session.drain();
    await push(mirrored);
    expect((await describeChanges(database.pool, id)).slice(from)).toEqual([
      'state: "new" → "closed" (Pylon)',
      'state: "closed" → "waiting_on_you" (Pylon)',
      'state: "waiting_on_you" → "on_hold" (edit 1)',
    ]);
    await both('closed', 'new');
    await push(mirrored, { policy: 'pylon' });
    expect((await describeChanges(database.pool, id)).slice(from + 3)).toEqual([
      'state: "on_hold" → "new" (Pylon)',
    ]);
    await expectWholeHistory(database.pool);
  });

  test('begins for what was made here when Pylon has it', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { from } = await known(mirrored);
    await allowAll(mirrored);
    await database.pool.query(
      "INSERT INTO pylon.accounts (name, type, tags) VALUES ('Made here', 'customer', '{a}')",
    );
    await push(mirrored, ALL);
    const { rows } = await database.pool.query("SELECT id FROM pylon.accounts WHERE name = 'Made here'");
    await mirrored.session.hint('accounts', rows[0].id);
    await mirrored.session.drain();
    expect((await changesIn(database.pool)).slice(from)).toEqual([]);
    await database.pool.query("UPDATE pylon.accounts SET tags = '{a,b}' WHERE name = 'Made here'");
    await push(mirrored);
    expect(await describeChanges(database.pool, rows[0].id)).toEqual(['tags: ["a"] → ["a","b"] (edit 2)']);
  });

  test('goes on where a row was deleted here, and Pylon kept it', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id, from } = await known(mirrored);
    await allowAll(mirrored);
    await database.pool.query("UPDATE pylon.issues SET state = 'on_hold' WHERE id = $1", [id]);
    await database.pool.query('DELETE FROM pylon.issues WHERE id = $1', [id]);
    await database.pool.query('SELECT pylon_sync.discard_edit(1)');
    await database.pool.query('SELECT pylon_sync.discard_edit(2)');
    await mirrored.session.drain();
    expect((await changesIn(database.pool)).slice(from)).toEqual([]);
    expect((await database.pool.query('SELECT state FROM pylon.issues WHERE id = $1', [id])).rows).toEqual([
      { state: 'new' },
    ]);
  });
});
