import pg from 'pg';
import { describe, expect, inject } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { createDatabase, type TestDatabase, test } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { editsIn } from '../helpers/edits.ts';
import { onServer } from '../helpers/server.ts';

const ROWS = `
  INSERT INTO pylon.issues (id, number, title, team_id, _hash)
  VALUES ('mine', 1, 'Mine', 't1', 'h1'), ('theirs', 2, 'Theirs', 't2', 'h2');
  INSERT INTO pylon.accounts (id, name, owner_id, _hash) VALUES ('a1', 'One', 'u1', 'h3'), ('a2', 'Two', 'u2', 'h4');
  INSERT INTO pylon.issue_messages (id, issue_id, _hash) VALUES ('m1', 'mine', 'h5'), ('m2', 'theirs', 'h6');
  INSERT INTO pylon_sync.changes (resource, record_id, field, old, new)
  VALUES ('issues', 'mine', 'state', '"new"', '"closed"'), ('issues', 'theirs', 'state', '"new"', '"closed"')`;

/** One team's issues and messages, one owner's accounts, are all that people see. */
const POLICIES = `
  ALTER TABLE pylon.issues ENABLE ROW LEVEL SECURITY;
  CREATE POLICY team ON pylon.issues TO pylon_editor, pylon_approver USING (team_id = 't1');
  ALTER TABLE pylon.accounts ENABLE ROW LEVEL SECURITY;
  CREATE POLICY owner ON pylon.accounts TO pylon_editor, pylon_approver USING (owner_id = 'u1');
  ALTER TABLE pylon.issue_messages ENABLE ROW LEVEL SECURITY;
  CREATE POLICY team ON pylon.issue_messages TO pylon_editor, pylon_approver
    USING (EXISTS (SELECT FROM pylon.issues AS i WHERE i.id = issue_id));`;

const MESSAGES = 'update,create,delete,message'.split(',');

async function filled(database: TestDatabase) {
  await allowOperations(database, ...MESSAGES);
  await asDaemon(database.pool, ROWS);
  await database.pool.query(POLICIES);
}

/** What a statement returns to a role, or what it is refused with. */
async function as(
  { pool }: TestDatabase,
  role: string,
  statement: string,
): Promise<readonly Record<string, unknown>[] | string> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; SET LOCAL ROLE ${role}`);
    const { rows } = await client.query(statement);
    await client.query('COMMIT');
    return rows;
  } catch (error) {
    await client.query('ROLLBACK');
    if (!(error instanceof pg.DatabaseError)) throw error;
    return `${error.code}: ${error.message}`;
  } finally {
    client.release();
  }
}

describe('with policies on the mirror’s tables', () => {
  test.for([
    ["pylon.snooze_issue('theirs', '2027-01-01')", 'issue "theirs"'],
    ["pylon.snooze_issue('nowhere', '2027-01-01')", 'issue "nowhere"'],
    ["pylon.add_note('theirs', 'x')", 'issue "theirs"'],
    ["pylon.merge_accounts('a1', '{a2}')", 'account "a2"'],
    ["pylon.delete_message('mine', 'm2')", 'issue message "m2"'],
    ["pylon.reply_to_issue('mine', 'm2', 'x')", 'issue message "m2"'],
  ] as const)('%s meets nothing', async ([call, unknown], { database }) => {
    await filled(database);
    expect(await as(database, 'pylon_editor', `SELECT ${call}`)).toBe(`23514: there is no ${unknown} here`);
    expect(await editsIn(database)).toEqual([]);
    // Whoever owns the mirror sees all of it.
    if (!call.includes('nowhere')) await database.pool.query(`SELECT ${call}`);
  });

  test('what one sees can be called about', async ({ database }) => {
    await filled(database);
    expect(
      await as(database, 'pylon_editor', "SELECT pylon.delete_message('mine', 'm1')::integer AS id"),
    ).toEqual([{ id: 1 }]);
    expect(await as(database, 'pylon_editor', "SELECT pylon.add_note('mine', 'x')::integer AS id")).toEqual([
      { id: 2 },
    ]);
  });

  test('edits and changes of fields are read of the records that one sees, by the owner of all', async ({
    database,
  }) => {
    await filled(database);
    await database.pool.query("UPDATE pylon.issues SET title = 'New'");
    const edits = 'SELECT record_id AS id FROM pylon_sync.edits ORDER BY id';
    const changes = 'SELECT record_id AS id FROM pylon_sync.changes ORDER BY id';
    for (const role of ['pylon_editor', 'pylon_approver'])
      expect([await as(database, role, edits), await as(database, role, changes)]).toEqual([
        [{ id: 'mine' }],
        [{ id: 'mine' }],
      ]);
    // Of a table that a policy leaves nothing of, nothing.
    expect(await as(database, 'pylon_reader', changes)).toEqual([]);
    expect((await database.pool.query(edits)).rows).toHaveLength(2);
    expect((await database.pool.query(changes)).rows).toHaveLength(2);
  });

  test('decisions reach the edits that one sees; of others it is said that there are none', async ({
    database,
  }) => {
    await filled(database);
    await database.pool.query(
      "BEGIN; SET LOCAL pylon_sync.draft = on; UPDATE pylon.issues SET title = 'New'; COMMIT",
    );
    const { rows } = await database.pool.query<{ id: number; record: string }>(
      'SELECT id::integer, record_id AS record FROM pylon_sync.edits',
    );
    const theirs = rows.find(({ record }) => record === 'theirs')?.id;
    const all = 'txid => (SELECT max(txid) FROM pylon_sync.edits)';
    const stateOf = async () =>
      (await editsIn(database)).map(({ record_id, state }) => `${record_id} ${state}`).sort();
    expect(await as(database, 'pylon_approver', `SELECT pylon_sync.approve_edit(${theirs})`)).toBe(
      `P0002: there is no edit ${theirs}`,
    );
    expect(await as(database, 'pylon_approver', `SELECT pylon_sync.approve_edits('{1,2}') AS moved`)).toEqual(
      [{ moved: 1 }],
    );
    expect(await stateOf()).toEqual(['mine pending', 'theirs draft']);
    expect(await as(database, 'pylon_editor', `SELECT pylon_sync.discard_edits(${all}) AS moved`)).toEqual([
      { moved: 1 },
    ]);
    for (const call of ['discard_edit', 'retry_edit', 'undo'])
      expect(await as(database, 'pylon_editor', `SELECT pylon_sync.${call}(${theirs})`)).toBe(
        `P0002: there is no edit ${theirs}`,
      );
    expect(await as(database, 'pylon_editor', `SELECT pylon_sync.resolve_edit(${theirs}, 'pylon')`)).toBe(
      `P0002: there is no edit ${theirs}`,
    );
    expect(await stateOf()).toEqual(['mine discarded', 'theirs draft']);
    expect((await database.pool.query(`SELECT pylon_sync.discard_edits(${all}) AS moved`)).rows).toEqual([
      { moved: 1 },
    ]);
  });

  test('who deleted a record still sees that edit, and takes it back', async ({ database }) => {
    await filled(database);
    await as(database, 'pylon_editor', "DELETE FROM pylon.accounts WHERE id = 'a1'");
    await as(database, 'pylon_editor', "DELETE FROM pylon.accounts WHERE id = 'a2'");
    await database.pool.query("DELETE FROM pylon.accounts WHERE id = 'a2'");
    expect(await as(database, 'pylon_editor', 'SELECT id::integer, record_id FROM pylon_sync.edits')).toEqual(
      [{ id: 1, record_id: 'a1' }],
    );
    expect(await as(database, 'pylon_editor', "SELECT pylon_sync.discard_edits('{1,2}') AS moved")).toEqual([
      { moved: 1 },
    ]);
    expect((await database.pool.query('SELECT id FROM pylon.accounts')).rows).toEqual([{ id: 'a1' }]);
  });
});

test('who inserts what a function would insert gets no further than the function', async ({ database }) => {
  await filled(database);
  const insert = (role: string, columns: string, values: string) =>
    as(database, role, `INSERT INTO pylon_sync.calls (${columns}) VALUES (${values}) RETURNING result`);
  const note = `'add_note', '{"issue_id": "theirs", "body_html": "x"}'`;
  expect(await insert('pylon_reader', 'call, arguments', note)).toMatch(
    /^42501: permission denied for function pylon\."add_note"/,
  );
  expect(await insert('pylon_editor', 'call, arguments', note)).toBe(
    '23514: there is no issue "theirs" here',
  );
  expect(await insert('pylon_editor', 'call, ids', "'approve_edits', '{1}'")).toMatch(
    /^42501: permission denied/,
  );
  expect(await insert('pylon_editor', 'call, arguments, unseen', `${note}, '{}'`)).toMatch(
    /^42501: permission denied/,
  );
  expect(await insert('pylon_editor', 'call, arguments, spec', `${note}, '{}'`)).toMatch(
    /^42501: permission denied/,
  );
  expect(await insert('pylon_editor', 'call', "'drop_database'")).toMatch(/^42883: there is no function/);
  expect(
    await insert(
      'pylon_editor',
      'call, arguments',
      `'add_note', '{"issue_id": "mine", "body_html": {"a": 1}}'`,
    ),
  ).toBe('23514: body_html of pylon.add_note takes a text');
  expect(await editsIn(database)).toEqual([]);
});

test('without policies a right to call one function is enough for it, and a right to read the edits for all of them', async () => {
  const database = await createDatabase();
  const bot = `${database.name}_bot`;
  const { url } = inject('server');
  await onServer(url, (client) => client.query(`CREATE ROLE ${bot}`));
  try {
    await allowOperations(database, ...MESSAGES);
    await asDaemon(database.pool, ROWS);
    await database.pool.query(
      `GRANT USAGE ON SCHEMA pylon TO ${bot}; GRANT EXECUTE ON FUNCTION pylon.add_thread(text, text) TO ${bot}`,
    );
    expect(await as(database, bot, "SELECT pylon.add_thread('theirs', 'x')::integer AS id")).toEqual([
      { id: 1 },
    ]);
    expect(await as(database, bot, "SELECT pylon.add_note('theirs', 'x')")).toMatch(/^42501/);
    await database.pool.query(
      `GRANT USAGE ON SCHEMA pylon_sync TO ${bot}; GRANT SELECT ON pylon_sync.edits TO ${bot}`,
    );
    expect(await as(database, bot, 'SELECT record_id FROM pylon_sync.edits')).toEqual([
      { record_id: 'theirs' },
    ]);
    // What a policy guards, and one cannot read at all, one does not see.
    await database.pool.query(POLICIES);
    expect(await as(database, bot, 'SELECT record_id FROM pylon_sync.edits')).toEqual([]);
    expect(await as(database, bot, "SELECT pylon.add_thread('theirs', 'x')")).toBe(
      '23514: there is no issue "theirs" here',
    );
  } finally {
    await database.drop();
    await onServer(url, (client) => client.query(`DROP ROLE ${bot}`));
  }
});
