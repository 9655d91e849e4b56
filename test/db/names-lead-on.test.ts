import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { createDatabase, type OwnDatabase } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';

let database: OwnDatabase;
let client: pg.PoolClient;
let notices: string[];
const hear = ({ message }: { readonly message?: string | undefined }) => void notices.push(message ?? '');

beforeAll(async () => {
  database = await createDatabase();
  await allowOperations(database, 'update', 'create', 'delete', 'message');
  await asDaemon(
    database.pool,
    `INSERT INTO pylon.issues (id, number, title) VALUES ('i60', 60, 'Sixty'), ('i61', 61, 'Hidden'), ('62', 1, 'Its id is a number');
     INSERT INTO pylon.users (id, name, email, emails) VALUES ('u1', 'Ana', 'ana@acme.com', '{ana@acme.com,a@acme.com}');
     INSERT INTO pylon.contacts (id, name, email) VALUES
       ('c1', 'Cleo', 'cleo@them.com'), ('c2', 'One', 'two@them.com'), ('c3', 'Two', 'two@them.com'), ('c4', 'Ana', 'ana@acme.com'),
       ('c5', 'Gone', 'gone@them.com');
     UPDATE pylon.contacts SET _deleted_at = now() WHERE id = 'c5';
     INSERT INTO pylon.accounts (id, name) VALUES ('a1', 'Acme');
     INSERT INTO pylon_sync.ids (provisional, resource, id) VALUES ('local-1', 'accounts', 'a1'), ('local-it''s 2', 'contacts', 'c1'),
       ('local-60', 'issues', 'i60')`,
  );
});
afterAll(() => database?.drop());
beforeEach(async () => {
  notices = [];
  client = await database.pool.connect();
  client.on('notice', hear);
  await client.query('BEGIN');
});
afterEach(async () => {
  await client.query('ROLLBACK');
  client.off('notice', hear);
  client.release();
});

/** What a call queues: its record, and its arguments; or what it is refused with. */
async function called(call: string, values: readonly unknown[] = []): Promise<unknown> {
  try {
    const { rows } = await client.query(`SELECT pylon.${call} AS edit`, [...values]);
    const { rows: edits } = await client.query(
      "SELECT record_id, changes - 'action' AS changes FROM pylon_sync.edits WHERE id = $1",
      [rows[0].edit],
    );
    return [edits[0].record_id, edits[0].changes];
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return [error.code, error.message, error.detail].filter(Boolean).join(': ');
  }
}

describe('functions take what people know', () => {
  const note = { body_html: 'x' };
  test.for<[call: string, queued: unknown]>([
    ["add_note(60, 'x')", ['i60', note]],
    ["add_note(60::smallint, 'x')", ['i60', note]],
    ["add_note(issue_id => 60, body_html => 'x')", ['i60', note]],
    ["add_note('60', 'x')", ['i60', note]],
    ["add_note('#60', 'x')", ['i60', note]],
    ["add_note('i60', 'x')", ['i60', note]],
    ["add_note('62', 'x')", ['62', note]],
    ["add_note('local-60', 'x')", ['i60', note]],
    ["add_note(60, 'x', user_id => 'ana@acme.com')", ['i60', { ...note, user_id: 'u1' }]],
    ["add_note(60, 'x', user_id => 'A@Acme.com')", ['i60', { ...note, user_id: 'u1' }]],
    ["add_note(60, 'x', user_id => 'u1')", ['i60', { ...note, user_id: 'u1' }]],
    [
      "follow_issue(60, user_ids => '{u9,ana@acme.com}', contact_ids => '{ana@acme.com,cleo@them.com,local-it''s 2}')",
      ['i60', { user_ids: ['u9', 'u1'], contact_ids: ['c4', 'c1', 'c1'] }],
    ],
    ["add_note(63, 'x')", '23514: there is no issue "63" here'],
    ["add_note('nowhere', 'x')", '23514: there is no issue "nowhere" here'],
    ["add_note(60, 'x', user_id => 'cleo@them.com')", '23514: there is no user "cleo@them.com" here'],
    ["follow_issue(60, contact_ids => '{gone@them.com}')", '23514: there is no contact "gone@them.com" here'],
    [
      "follow_issue(60, contact_ids => '{two@them.com}')",
      '23514: 2 contacts are known by "two@them.com": c2 (One), c3 (Two)',
    ],
    ["add_note(NULL, 'x')", '23502: issue_id of pylon.add_note is missing'],
  ])('%s', async ([call, queued]) => {
    expect(await called(call)).toEqual(queued);
  });

  test('as parameters of a program', async () => {
    expect(await called('add_note($1, $2)', ['60', 'x'])).toEqual(['i60', note]);
    expect(await called('add_note($1, $2)', [60, 'x'])).toEqual(['i60', note]);
  });

  test('as the caller sees the records, and may read them', async () => {
    await client.query(`ALTER TABLE pylon.issues ENABLE ROW LEVEL SECURITY;
      CREATE POLICY seen ON pylon.issues TO pylon_editor USING (id <> 'i61');
      ALTER TABLE pylon.contacts ENABLE ROW LEVEL SECURITY;
      CREATE POLICY seen ON pylon.contacts TO pylon_editor USING (id <> 'c3');
      CREATE ROLE names_lead_on; GRANT USAGE ON SCHEMA pylon TO names_lead_on;
      GRANT EXECUTE ON FUNCTION pylon.add_thread(bigint, text), pylon.add_thread(text, text) TO names_lead_on;
      SET LOCAL ROLE pylon_editor; SAVEPOINT before`);
    expect(await called("add_note(61, 'x')")).toBe('23514: there is no issue "61" here');
    await client.query('ROLLBACK TO before');
    expect(await called("add_note('local-60', 'x')")).toEqual(['i60', note]);
    // One of the two with the address is all that the caller sees.
    expect(await called("follow_issue(60, contact_ids => '{two@them.com}')")).toEqual([
      'i60',
      { contact_ids: ['c2'] },
    ]);
    await client.query(
      'RESET ROLE; ALTER TABLE pylon.issues DISABLE ROW LEVEL SECURITY; SET LOCAL ROLE names_lead_on; SAVEPOINT before',
    );
    // A user who may call functions but not read the table cannot find out which numbers exist.
    await expect(client.query("SELECT pylon.add_thread(60, 'x')")).rejects.toThrow(
      'there is no issue "60" here',
    );
    await client.query('ROLLBACK TO before');
    await client.query("SELECT pylon.add_thread('i60', 'x')");
    await expect(client.query("SELECT pylon.add_note(60, 'x')")).rejects.toThrow('permission denied');
  });
});

describe('a statement by a provisional id that has become Pylon’s says so', () => {
  test.for<[statement: string, told: readonly string[]]>([
    [
      "UPDATE pylon.accounts SET name = 'New' WHERE id = 'local-1'",
      ["accounts 'local-1' has the id 'a1' now"],
    ],
    ["DELETE FROM pylon.accounts WHERE id IN ('x','local-1')", ["accounts 'local-1' has the id 'a1' now"]],
    [
      "UPDATE pylon_bi.accounts SET name = 'New' WHERE id = 'local-1'",
      ["accounts 'local-1' has the id 'a1' now"],
    ],
    [
      "UPDATE pylon.contacts SET name = 'New' WHERE id = ANY ('{local-1,local-9}') OR id = 'local-it''s 2'",
      ["accounts 'local-1' has the id 'a1' now", "contacts 'local-it''s 2' has the id 'c1' now"],
    ],
    // Once for statements that come together.
    [
      "UPDATE pylon.accounts SET name = 'A' WHERE id = 'local-1'; UPDATE pylon.contacts SET name = 'B' WHERE account_id = 'local-1'",
      ["accounts 'local-1' has the id 'a1' now"],
    ],
    ["UPDATE pylon.accounts SET name = 'New' WHERE id = 'local-unknown'", []],
    [
      "UPDATE pylon.accounts SET name = 'local-1 is the branch' WHERE id = 'a1'",
      ["accounts 'local-1' has the id 'a1' now"],
    ],
    ["UPDATE pylon.accounts SET name = 'New' WHERE id = 'a1'", []],
  ])('%s', async ([statement, told]) => {
    await client.query(statement);
    expect(notices.sort()).toEqual(told);
  });

  test('in a session with backslashes in its literals, too', async () => {
    // Postgres reads the function again.
    await client.query(`ALTER FUNCTION pylon_sync._tell_real_ids() COST 100;
      SET LOCAL escape_string_warning = off; SET LOCAL standard_conforming_strings = off`);
    await client.query("UPDATE pylon.accounts SET name = 'New' WHERE id = ANY ('{local-1}')");
    expect(notices).toEqual(["accounts 'local-1' has the id 'a1' now"]);
  });

  test('each statement of a transaction anew, and not where parameters have the id', async () => {
    for (const name of ['A', 'B'])
      await client.query(`UPDATE pylon.accounts SET name = '${name}' WHERE id = 'local-1'`);
    await client.query('UPDATE pylon.accounts SET name = $1 WHERE id = $2', ['C', 'local-1']);
    expect(notices).toHaveLength(2);
  });
});
