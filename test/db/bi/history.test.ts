import { describe, expect } from 'vitest';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { type TestDatabase, test } from '../../helpers/database.ts';

const rowsOf = async ({ pool }: TestDatabase, query: string) => (await pool.query(query)).rows;

/** So many hours ago. */
const ago = (hours: number) => `(now() - interval '${hours} hours')`;

/** Two issues with a history, one that never moved, one from before the history, one that is gone. */
const fill = ({ pool }: TestDatabase) =>
  asDaemon(
    pool,
    `INSERT INTO pylon.issue_statuses (id, slug, label, category)
     VALUES ('new', 'new', 'New', 'new'), ('done', 'done', 'Done', 'closed'), ('closed', 'closed', 'Closed', 'closed');
     INSERT INTO pylon.issues (id, number, state, created_at, resolution_time, _deleted_at)
     VALUES ('i1', 1, 'new', ${ago(100)}, NULL, NULL), ('i2', 2, 'closed', ${ago(50)}, ${ago(10)}, NULL),
            ('i3', 3, 'new', ${ago(5)}, NULL, NULL), ('old', 4, 'new', ${ago(1000)}, NULL, NULL),
            ('gone', 5, 'new', ${ago(50)}, NULL, now());
     INSERT INTO pylon_sync.changes (resource, record_id, field, old, new, seen_at, changed_at, edit_id, actor)
     VALUES ('accounts', 'a1', 'owner_id', NULL, '"u1"', ${ago(200)}, NULL, NULL, NULL),
            ('issues', 'i1', 'state', '"new"', '"closed"', ${ago(80)}, ${ago(81)}, NULL, NULL),
            ('issues', 'i1', 'state', '"closed"', '"new"', ${ago(70)}, NULL, 7, 'ann'),
            ('issues', 'i1', 'tags', '["a"]', '["a", "b"]', ${ago(65)}, NULL, NULL, NULL),
            ('issues', 'i1', 'state', '"new"', '"done"', ${ago(60)}, NULL, NULL, NULL),
            ('issues', 'i1', 'state', '"done"', '"closed"', ${ago(50)}, NULL, NULL, NULL),
            ('issues', 'i1', 'state', '"closed"', '"new"', ${ago(40)}, NULL, NULL, NULL),
            ('issues', 'i2', 'state', NULL, '"closed"', ${ago(10)}, NULL, NULL, NULL),
            ('issues', 'gone', 'state', '"new"', '"closed"', ${ago(10)}, NULL, NULL, NULL)`,
  );

describe('of known changes', () => {
  test('issue_state_history has each stay, one after the other', async ({ database }) => {
    await fill(database);
    const rows = await rowsOf(
      database,
      `SELECT issue_number::int AS number, state, state_label, round(extract(epoch FROM now() - entered_at) / 3600)::int AS entered,
              round(extract(epoch FROM now() - left_at) / 3600)::int AS left, time_hours::int AS hours, is_current, is_observed,
              changed_by, edit_id::int
         FROM pylon_bi.issue_state_history ORDER BY number, place`,
    );
    const stay = (
      [number, state, entered, left, hours]: readonly unknown[],
      { by = 'Pylon', edit = null }: { readonly by?: string | null; readonly edit?: number | null } = {},
    ) => ({
      ...{ number, state, entered, left, hours, changed_by: by, edit_id: edit },
      ...{ is_current: left === null, is_observed: by !== null },
    });
    const first = { by: null };
    expect(rows.map(({ state_label: _, ...row }) => row)).toEqual([
      stay([1, 'new', 100, 81, 19], first),
      stay([1, 'closed', 81, 70, 11]),
      stay([1, 'new', 70, 60, 10], { by: 'ann', edit: 7 }),
      stay([1, 'done', 60, 50, 10]),
      stay([1, 'closed', 50, 40, 10]),
      stay([1, 'new', 40, null, 40]),
      stay([2, null, 50, 10, 40], first),
      // Of what is not open nothing goes on.
      stay([2, 'closed', 10, null, null]),
      stay([3, 'new', 5, null, 5], first),
      // When it came into its state was before anything that is kept.
      stay([4, 'new', null, null, null], first),
    ]);
    expect(rows[3]).toMatchObject({ state_label: 'Done' });
  });

  test('issue_metrics counts reopenings, and only these', async ({ database }) => {
    await fill(database);
    expect(
      await rowsOf(
        database,
        'SELECT number::int, reopenings::int FROM pylon_bi.issue_metrics ORDER BY number',
      ),
    ).toEqual([
      { number: 1, reopenings: 2 },
      { number: 2, reopenings: 0 },
      { number: 3, reopenings: 0 },
      { number: 4, reopenings: 0 },
    ]);
  });

  test('field_changes shows values as text, and who changed them', async ({ database }) => {
    await fill(database);
    expect(
      await rowsOf(
        database,
        "SELECT resource, record_id, field, old_value, new_value, changed_by, edit_id::int FROM pylon_bi.field_changes WHERE record_id IN ('a1', 'i1') AND field <> 'state' OR edit_id = 7 ORDER BY id",
      ),
    ).toEqual([
      {
        ...{ resource: 'accounts', record_id: 'a1', field: 'owner_id', old_value: null, new_value: 'u1' },
        ...{ changed_by: 'Pylon', edit_id: null },
      },
      {
        ...{ resource: 'issues', record_id: 'i1', field: 'state', old_value: 'closed', new_value: 'new' },
        ...{ changed_by: 'ann', edit_id: 7 },
      },
      {
        ...{
          resource: 'issues',
          record_id: 'i1',
          field: 'tags',
          old_value: '["a"]',
          new_value: '["a", "b"]',
        },
        ...{ changed_by: 'Pylon', edit_id: null },
      },
    ]);
  });
});
