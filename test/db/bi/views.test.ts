import { describe, expect } from 'vitest';
import { views } from '../../../src/db/bi/all.ts';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { expectComments } from '../../helpers/comments.ts';
import { test } from '../../helpers/session.ts';

/** Views of what nobody has done in a workspace that was just read. */
const UNUSED = [
  ...['edit_summary', 'field_changes'],
  // Issues alone have a field of several options there.
  ...['account', 'contact', 'task', 'project', 'meeting'].map((kind) => `${kind}_field_options`),
];

test('every schema, table, view and column says what it is', async ({ database }) => {
  await expectComments(database);
});

test('every view answers over a workspace, with its columns in their order', async ({ mirror, database }) => {
  await mirror();
  for (const { name, columns } of views) {
    const { fields, rowCount } = await database.pool.query(`SELECT * FROM pylon_bi.${name}`);
    expect(fields.map((field) => field.name).slice(0, Object.keys(columns).length)).toEqual(
      Object.keys(columns),
    );
    // A workspace of the sandbox has some of everything.
    if (!UNUSED.includes(name)) expect([name, rowCount === 0]).toEqual([name, false]);
  }
});

describe('names of what is referred to', () => {
  test('are beside the ids', async ({ mirror, database }) => {
    const { sandbox } = await mirror();
    const { rows } = await database.pool.query(`
      SELECT count(*)::int AS issues,
             count(*) FILTER (WHERE v.account_name IS DISTINCT FROM a.name OR v.assignee_name IS DISTINCT FROM u.name
                                 OR v.team_name IS DISTINCT FROM t.name OR v.requester_name IS DISTINCT FROM c.name)::int AS wrong,
             count(v.account_name)::int > 0 AND count(v.assignee_name)::int > 0 AND count(v.team_name)::int > 0 AS some
        FROM pylon_bi.issues AS v JOIN pylon.issues AS i USING (id)
        LEFT JOIN pylon.accounts AS a ON a.id = i.account_id LEFT JOIN pylon.users AS u ON u.id = i.assignee_id
        LEFT JOIN pylon.teams AS t ON t.id = i.team_id LEFT JOIN pylon.contacts AS c ON c.id = i.requester_id`);
    expect(rows).toEqual([{ issues: sandbox.world.count('issues'), wrong: 0, some: true }]);
  });

  test('and their e-mail addresses, where none came with the issue', async ({ database }) => {
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.contacts (id, name, email) VALUES ('c', 'Cleo', 'cleo@them.example');
       INSERT INTO pylon.issues (id, number, requester_id, requester_email)
       VALUES ('1', 1, 'c', NULL), ('2', 2, 'c', 'other@them.example'), ('3', 3, NULL, NULL)`,
    );
    const { rows } = await database.pool.query('SELECT requester_email FROM pylon_bi.issues ORDER BY number');
    expect(rows.map((row) => row.requester_email)).toEqual(['cleo@them.example', 'other@them.example', null]);
  });
});
