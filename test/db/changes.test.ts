import { describe, expect } from 'vitest';
import { forgetOld } from '../../src/db/retention/retention.ts';
import { accounts } from '../../src/resources/accounts.ts';
import { resources } from '../../src/resources/index.ts';
import { issues } from '../../src/resources/issues.ts';
import { milestones } from '../../src/resources/milestones.ts';
import { tags } from '../../src/resources/tags.ts';
import { teams } from '../../src/resources/teams.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { changesIn, describeChanges, expectWholeHistory } from '../helpers/history.ts';
import { test } from '../helpers/leased-database.ts';

const issue = (fields: object = {}) => ({
  id: 'i1',
  number: 1,
  title: 'One',
  state: 'new',
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  ...fields,
});

const custom = (fields: Readonly<Record<string, string | readonly string[]>>) => ({
  custom_fields: Object.fromEntries(
    Object.entries(fields).map(([slug, value]) => [
      slug,
      { slug, ...(typeof value === 'string' ? { value } : { values: value }) },
    ]),
  ),
});

describe('the history', () => {
  test('begins with the first change, and names what changed and when', async ({ mirror }) => {
    await mirror.store(issues, [issue(), issue({ id: 'i2' })]);
    expect(await changesIn(mirror.pool)).toEqual([]);
    await mirror.store(issues, [
      issue({ state: 'closed', title: 'Two', updated_at: '2026-01-02T00:00:00Z', assignee: { id: 'u1' } }),
      issue({ id: 'i2', title: 'Two' }),
    ]);
    expect(await describeChanges(mirror.pool, 'i1')).toEqual([
      'state: "new" → "closed" (Pylon)',
      'assignee_id: null → "u1" (Pylon)',
    ]);
    const [change] = await changesIn(mirror.pool);
    expect(change).toMatchObject({
      resource: 'issues',
      changed_at: new Date('2026-01-02T00:00:00Z'),
      edit_id: null,
      actor: null,
    });
    expect(Math.abs(Date.now() - Number(change?.seen_at))).toBeLessThan(60_000);
    // What is no part of it is not kept, and what did not change neither.
    expect(await describeChanges(mirror.pool, 'i2')).toEqual([]);
    await mirror.store(issues, [issue({ state: 'new', title: 'Two', assignee: { id: 'u1' } })]);
    expect((await changesIn(mirror.pool)).slice(2)).toMatchObject([
      { field: 'state', old: 'closed', new: 'new', changed_at: null },
    ]);
    await expectWholeHistory(mirror.pool);
  });

  test('says nothing of when, where the time of change stayed', async ({ mirror }) => {
    await mirror.store(issues, [issue()]);
    await mirror.store(issues, [issue({ state: 'closed' })]);
    expect(await changesIn(mirror.pool)).toMatchObject([{ field: 'state', changed_at: null }]);
    await mirror.store(milestones, [{ id: 'm1', due_date: '2026-02-01T00:00:00Z' }]);
    await mirror.store(milestones, [{ id: 'm1', due_date: '2026-02-01T01:00:00+01:00' }]);
    await mirror.store(milestones, [{ id: 'm1', due_date: null }]);
    expect((await changesIn(mirror.pool)).slice(1)).toMatchObject([{ field: 'due_date', new: null }]);
    await expectWholeHistory(mirror.pool);
  });

  test('takes lists as sets, and nothing and what is empty for one', async ({ mirror }) => {
    await mirror.store(accounts, [{ id: 'a1', tags: ['x', 'y'], owner: null }]);
    await mirror.store(accounts, [{ id: 'a1', tags: ['y', 'x'], owner: { id: '' } }]);
    expect(await changesIn(mirror.pool)).toEqual([]);
    await mirror.store(accounts, [{ id: 'a1', tags: ['y', 'z'] }]);
    await mirror.store(accounts, [{ id: 'a1', tags: [] }]);
    await mirror.store(accounts, [{ id: 'a1', tags: null, name: 'Acme' }]);
    expect(await describeChanges(mirror.pool, 'a1')).toEqual([
      'tags: ["y","x"] → ["y","z"] (Pylon)',
      'tags: ["y","z"] → [] (Pylon)',
    ]);
    await mirror.store(teams, [{ id: 't1', name: 'A', users: [{ id: 'u1' }] }]);
    await mirror.store(teams, [{ id: 't1', name: 'B', users: [{ id: 'u1' }, { id: 'u2' }] }]);
    expect(await describeChanges(mirror.pool, 't1')).toEqual(['user_ids: ["u1"] → ["u1","u2"] (Pylon)']);
    await expectWholeHistory(mirror.pool);
  });

  test('has each custom field by itself', async ({ mirror }) => {
    await mirror.store(issues, [issue(custom({ priority: 'low', areas: ['x', 'y'], note: 'n' }))]);
    await mirror.store(issues, [issue(custom({ priority: 'high', areas: ['y', 'x'], note: '' }))]);
    expect((await describeChanges(mirror.pool, 'i1')).toSorted()).toEqual([
      'custom_fields.note: "n" → null (Pylon)',
      'custom_fields.priority: "low" → "high" (Pylon)',
    ]);
    await mirror.store(issues, [issue({ title: 'None' })]);
    expect((await describeChanges(mirror.pool, 'i1')).slice(2).toSorted()).toEqual([
      'custom_fields.areas: ["y", "x"] → null (Pylon)'.replace(', ', ','),
      'custom_fields.priority: "high" → null (Pylon)',
    ]);
    await expectWholeHistory(mirror.pool);
  });

  test('is not told by an answer that is too old to be stored', async ({ mirror }) => {
    const store = mirror.storer(issues);
    const asked = mirror.lease.nextOrder();
    await mirror.store(issues, [issue()]);
    await store.write(
      store.map([issue({ state: 'closed' })], {}, { asked, answered: mirror.lease.nextOrder() }),
    );
    expect(await changesIn(mirror.pool)).toEqual([]);
  });

  test('goes on where a record comes back, unless it was emptied meanwhile', async ({ mirror }) => {
    await mirror.store(issues, [issue(), issue({ id: 'i2' })]);
    await asDaemon(
      mirror.pool,
      `UPDATE pylon.issues SET _deleted_at = now() - interval '1 day';
       UPDATE pylon.issues SET state = NULL, _hash = 'erased' WHERE id = 'i2'`,
    );
    await mirror.store(issues, [issue({ state: 'closed' }), issue({ id: 'i2', state: 'closed' })]);
    expect(await describeChanges(mirror.pool, 'i1')).toEqual(['state: "new" → "closed" (Pylon)']);
    expect(await describeChanges(mirror.pool, 'i2')).toEqual([]);
  });

  test('is kept of what the descriptors name, and of nothing else', async ({ mirror }) => {
    await mirror.store(tags, [{ id: 'g1', value: 'a', object_type: 'issue' }]);
    await mirror.store(tags, [{ id: 'g1', value: 'b', object_type: 'issue' }]);
    expect(await changesIn(mirror.pool)).toEqual([]);
    expect(tags.history).toBeUndefined();
  });

  test('is forgotten when it is old enough', async ({ mirror }) => {
    await mirror.store(issues, [issue()]);
    await mirror.store(issues, [issue({ state: 'closed' })]);
    await mirror.store(issues, [issue({ state: 'new' })]);
    await mirror.pool.query(
      "UPDATE pylon_sync.changes SET seen_at = now() - interval '11 days' WHERE id = 1",
    );
    expect(await forgetOld(mirror, mirror.lease, { resources, days: 10 })).toMatchObject({ changes: 1 });
    expect(await describeChanges(mirror.pool, 'i1')).toEqual(['state: "closed" → "new" (Pylon)']);
  });
});
