import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { describe, expect } from 'vitest';
import { resources } from '../../src/resources/index.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { test } from '../helpers/database.ts';
import { allowOperations, refusalOf } from '../helpers/edit-permissions.ts';
import { editsIn } from '../helpers/edits.ts';

const FIELDS = `INSERT INTO pylon.custom_fields (id, object_type, slug, is_read_only)
  VALUES ('f1', 'account', 'tier', false), ('f2', 'account', 'crm', true);
  INSERT INTO pylon_sync.runs (resource, kind, outcome, token) VALUES ('custom_fields', 'lists', 'done', 1)`;

describe('an INSERT', () => {
  test('queues a create with what was given, under a provisional id', async ({ database }) => {
    await allowOperations(database, 'create');
    await asDaemon(database.pool, FIELDS);
    const { rows } = await database.pool.query(`
      INSERT INTO pylon.accounts (name, type, tags, custom_fields)
      VALUES ('New', 'internal', '{a}', '{"tier": "gold"}') RETURNING id`);
    const id: string = rows[0]?.id;
    expect(id).toMatch(/^local-[0-9a-f-]{36}$/);
    expect(await editsIn(database)).toMatchObject([
      {
        resource: 'accounts',
        record_id: id,
        operation: 'create',
        changes: { name: 'New', type: 'internal', tags: ['a'], custom_fields: { tier: 'gold' } },
        base: {},
        state: 'pending',
      },
    ]);
  });

  test('of a contact with its account in one statement, and COPY', async ({ database }) => {
    await allowOperations(database, 'create');
    await database.pool.query(`
      WITH account AS (INSERT INTO pylon.accounts (name) VALUES ('Acme') RETURNING id)
      INSERT INTO pylon.contacts (name, account_id) SELECT 'Ann', id FROM account`);
    const edits = await editsIn(database);
    const account = edits.find(({ resource }) => resource === 'accounts');
    const contact = edits.find(({ resource }) => resource === 'contacts');
    expect(contact?.changes).toEqual({ name: 'Ann', account_id: account?.record_id });

    const client = await database.pool.connect();
    const stream = client.query(copyFrom('COPY pylon.tasks (title, due_date) FROM STDIN'));
    await pipeline(['One\t2026-01-01 01:00:00+01\nTwo\t\\N\n'], stream);
    client.release();
    const tasks = (await editsIn(database)).filter(({ resource }) => resource === 'tasks');
    expect(tasks.map(({ changes }) => changes)).toEqual([
      { title: 'One', due_date: '2026-01-01T00:00:00.000Z' },
      { title: 'Two' },
    ]);
  });

  test('ON CONFLICT DO UPDATE is an update where the row stands', async ({ database }) => {
    await asDaemon(database.pool, "INSERT INTO pylon.accounts (id, name) VALUES ('a1', 'One')");
    await database.pool.query(`
      INSERT INTO pylon.accounts (id, name) VALUES ('a1', 'Two')
          ON CONFLICT (id) DO UPDATE SET name = excluded.name`);
    expect(await editsIn(database)).toMatchObject([
      { record_id: 'a1', operation: 'update', changes: { name: 'Two' } },
    ]);
  });

  test('that is refused leaves nothing, one that is rolled back neither', async ({ database }) => {
    await allowOperations(database, 'create');
    await database.pool.query("BEGIN; INSERT INTO pylon.accounts (name) VALUES ('A'); ROLLBACK");
    expect(await editsIn(database)).toEqual([]);
  });

  test.for([
    ["INSERT INTO pylon.accounts (id, name) VALUES ('a9', 'x')", "the id 'a9' cannot be given", '0A000'],
    ['INSERT INTO pylon.accounts (type) VALUES (NULL)', 'a row of pylon.accounts needs "name"', '23502'],
    [
      "INSERT INTO pylon.issues (title, body_html) VALUES ('x', 'y')",
      'needs one of "account_id", "requester_id", "requester_email"',
      '23502',
    ],
    [
      "INSERT INTO pylon.articles (title, author_user_id, current_draft_content_html) VALUES ('x', 'u', 'y')",
      'a row of pylon.articles needs "knowledge_base_id"',
      '23502',
    ],
    [
      "INSERT INTO pylon.accounts (name, owner_email) VALUES ('x', 'y')",
      'column "owner_email" of pylon.accounts cannot be given to a new row',
      '0A000',
    ],
    ["INSERT INTO pylon.accounts (name, _hash) VALUES ('x', 'y')", 'column "_hash"', '0A000'],
    ["INSERT INTO pylon.accounts (name, _deleted_at) VALUES ('x', now())", 'column "_deleted_at"', '0A000'],
    ["INSERT INTO pylon.accounts (name, type) VALUES ('x', 'nope')", 'cannot be "nope"', '23514'],
    [
      `INSERT INTO pylon.accounts (name, custom_fields) VALUES ('x', '{"nope": "1"}')`,
      '"nope" is unknown',
      '23514',
    ],
    [
      `INSERT INTO pylon.accounts (name, custom_fields) VALUES ('x', '{"crm": "1"}')`,
      '"crm" is read-only',
      '23514',
    ],
    ["INSERT INTO pylon.contacts (name, phone_numbers) VALUES ('x', '{+1}')", 'a phone number is', '23514'],
    ["INSERT INTO pylon.users (name) VALUES ('x')", 'INSERT of pylon.users is refused', '0A000'],
    ["INSERT INTO pylon.users (id, name) VALUES ('u', 'x')", 'INSERT of pylon.users is refused', '0A000'],
  ] as const)('refuses %s', async ([statement, message, code], { database }) => {
    await allowOperations(database, 'create', 'update');
    await asDaemon(database.pool, FIELDS);
    const error = await refusalOf(database, statement);
    expect(error).toMatchObject({ message: expect.stringContaining(message), code });
    if (message.includes('cannot be given to a new row')) expect(error.hint).toContain('Can be given: name');
    expect(await editsIn(database)).toEqual([]);
  });

  test('refuses a provisional id a second time', async ({ database }) => {
    await allowOperations(database, 'create');
    await database.pool.query("INSERT INTO pylon.accounts (id, name) VALUES ('local-a', 'A')");
    await database.pool.query("DELETE FROM pylon.accounts WHERE id = 'local-a'");
    const error = await refusalOf(database, "INSERT INTO pylon.accounts (id, name) VALUES ('local-a', 'B')");
    expect(error.message).toContain("the id 'local-a' was used before");
  });

  test('refuses rows that name each other, which would wait for each other for ever', async ({
    database,
  }) => {
    await allowOperations(database, 'create');
    const collection = (id: string, parent: string) =>
      `INSERT INTO pylon.collections (id, title, knowledge_base_id, parent_collection_id)
       VALUES ('local-${id}', '${id}', 'kb', ${parent === '' ? 'NULL' : `'local-${parent}'`})`;
    for (const statements of [
      [collection('a', 'a')],
      [collection('a', 'b'), collection('b', 'a')],
      [collection('a', 'b'), collection('c', 'a'), collection('b', 'c')],
    ]) {
      const error = await refusalOf(database, `BEGIN; ${statements.join('; ')}; COMMIT`);
      await database.pool.query('ROLLBACK');
      expect(error).toMatchObject({ code: '23514', hint: expect.stringContaining('one after the other') });
      expect(error.message).toContain('refers to itself');
    }
    expect(await editsIn(database)).toEqual([]);
    // A child before its parent, and a parent with two children, are none.
    for (const statement of [collection('child', 'top'), collection('other', 'top'), collection('top', '')])
      await database.pool.query(statement);
    expect(await editsIn(database)).toHaveLength(3);
  });

  test('refuses rows that name each other in transactions side by side', async ({ database }) => {
    await allowOperations(database, 'create');
    const [one, two] = [await database.pool.connect(), await database.pool.connect()];
    const insert = (id: string, parent: string) =>
      `INSERT INTO pylon.collections (id, title, knowledge_base_id, parent_collection_id)
       VALUES ('local-${id}', '${id}', 'kb', 'local-${parent}')`;
    await one.query('BEGIN');
    await one.query(insert('a', 'b'));
    const late = two.query(insert('b', 'a')).then(
      () => 'let in',
      (error: Error) => error.message,
    );
    await expect
      .poll(
        async () =>
          (
            await one.query(`SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
          WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`)
          ).rowCount,
      )
      .toBe(1);
    await one.query('COMMIT');
    expect(await late).toContain('refers to itself');
    one.release();
    two.release();
    expect(await editsIn(database)).toMatchObject([{ record_id: 'local-a' }]);
  });

  test('is refused where the daemon allows none', async ({ database }) => {
    const error = await refusalOf(database, "INSERT INTO pylon.accounts (name) VALUES ('x')");
    expect(error).toMatchObject({ code: '42501', hint: expect.stringContaining('PYLON_SYNC_ALLOW') });
    expect(await editsIn(database)).toEqual([]);
  });

  test('by an editor, into every table that Pylon lets one add to', async ({ database }) => {
    await allowOperations(database, 'create');
    for (const { name, writes } of resources) {
      const query = `SELECT has_table_privilege('pylon_editor', 'pylon.${name}', 'INSERT') AS may`;
      const { rows } = await database.pool.query(query);
      expect([name, rows[0].may]).toEqual([name, writes?.create !== undefined]);
    }
    await database.pool.query(
      "BEGIN; SET LOCAL ROLE pylon_editor; INSERT INTO pylon.teams (name) VALUES ('Night'); COMMIT",
    );
    expect(await editsIn(database)).toMatchObject([{ resource: 'teams', operation: 'create' }]);
  });
});

test('a row that is not sent yet can be changed', async ({ database }) => {
  await allowOperations(database, 'create', 'update');
  await database.pool.query("INSERT INTO pylon.accounts (id, name) VALUES ('local-a', 'A')");
  await database.pool.query("UPDATE pylon.accounts SET name = 'B', type = 'internal' WHERE id = 'local-a'");
  expect(await editsIn(database)).toMatchObject([
    { record_id: 'local-a', operation: 'create' },
    { record_id: 'local-a', operation: 'update', changes: { name: 'B', type: 'internal' } },
  ]);
});
