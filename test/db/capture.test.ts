import { describe, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { type TestDatabase, test } from '../helpers/database.ts';
import { refusalOf } from '../helpers/edit-permissions.ts';

const ISSUES = `
  INSERT INTO pylon.issues (id, number, title, state, type, tags, custom_fields, assignee_id, body_html, _hash)
  VALUES ('i1', 1, 'One', 'new', 'ticket', '{a,b}', '{"priority": "low", "tier": "gold"}', 'u1', 'x', 'h1'),
         ('i2', 2, 'Two', 'new', 'conversation', '{}', '{}', NULL, 'y', 'h2'),
         ('gone', 3, 'Gone', 'new', 'ticket', NULL, NULL, NULL, NULL, 'h3');
  UPDATE pylon.issues SET _deleted_at = now() WHERE id = 'gone';
  INSERT INTO pylon.custom_fields (id, object_type, slug, is_read_only)
  VALUES ('f1', 'issue', 'tier', false), ('f2', 'issue', 'crm', true);
  INSERT INTO pylon_sync.runs (resource, kind, outcome, token) VALUES ('custom_fields', 'lists', 'done', 1);`;

interface Edit {
  readonly record_id: string;
  readonly operation: string;
  readonly changes: unknown;
  readonly base: unknown;
  readonly state: string;
  readonly actor: string;
  readonly same_tx: boolean;
}

const editsOf = async ({ pool }: TestDatabase) =>
  (
    await pool.query<Edit>(
      'SELECT record_id, operation, changes, base, state FROM pylon_sync.edits ORDER BY id',
    )
  ).rows;

describe('an UPDATE', () => {
  test('queues one edit a row, of the columns that changed, with what they held', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await database.pool.query(
      "UPDATE pylon.issues SET state = 'closed', tags = tags || '{vip}', title = title WHERE number < 3",
    );
    expect(await editsOf(database)).toEqual([
      {
        record_id: 'i1',
        operation: 'update',
        changes: { state: 'closed', tags: ['a', 'b', 'vip'] },
        base: { state: 'new', tags: ['a', 'b'] },
        state: 'pending',
      },
      {
        record_id: 'i2',
        operation: 'update',
        changes: { state: 'closed', tags: ['vip'] },
        base: { state: 'new', tags: [] },
        state: 'pending',
      },
    ]);
  });

  test('of custom fields queues the slugs that changed', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await database.pool.query(
      `UPDATE pylon.issues SET custom_fields = custom_fields - 'priority' || '{"tier": "silver"}' WHERE id = 'i1'`,
    );
    expect(await editsOf(database)).toMatchObject([
      {
        changes: { custom_fields: { priority: null, tier: 'silver' } },
        base: { custom_fields: { priority: 'low', tier: 'gold' } },
      },
    ]);
  });

  test('of custom fields queues them as the texts that Pylon keeps, whatever JSON they were given as', async ({
    database,
  }) => {
    await asDaemon(database.pool, ISSUES);
    await database.pool.query(
      `UPDATE pylon.issues SET custom_fields = custom_fields || '{"tier": 5, "priority": [1.50, true, "x"]}' WHERE id = 'i1'`,
    );
    await database.pool.query(
      `UPDATE pylon.issues SET custom_fields = custom_fields || '{"tier": false}' WHERE id = 'i1'`,
    );
    expect(await editsOf(database)).toMatchObject([
      {
        changes: { custom_fields: { tier: '5', priority: ['1.50', 'true', 'x'] } },
        base: { custom_fields: { tier: 'gold', priority: 'low' } },
      },
      { changes: { custom_fields: { tier: 'false' } }, base: { custom_fields: { tier: '5' } } },
    ]);
  });

  test('that changes nothing queues nothing and leaves the row alone', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    const stamp = () => database.pool.query("SELECT _synced_at::text FROM pylon.issues WHERE id = 'i1'");
    const { rows: before } = await stamp();
    await database.pool.query('UPDATE pylon.issues SET title = title, number = number');
    expect(await editsOf(database)).toEqual([]);
    expect((await stamp()).rows).toEqual(before);
  });

  test('says when the row changed', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    const { rows } = await database.pool.query(
      "UPDATE pylon.issues SET title = 'New' WHERE id = 'i1' RETURNING _synced_at = statement_timestamp() AS now, _hash",
    );
    expect(rows).toEqual([{ now: true, _hash: 'h1' }]);
  });

  test('that is rolled back takes its edits with it, in part too', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await database.pool.query(`BEGIN; UPDATE pylon.issues SET title = 'A' WHERE id = 'i1';
      SAVEPOINT s; UPDATE pylon.issues SET title = 'B' WHERE id = 'i2'; ROLLBACK TO s; COMMIT`);
    expect(await editsOf(database)).toMatchObject([{ record_id: 'i1' }]);
    await database.pool.query("BEGIN; UPDATE pylon.issues SET title = 'C'; ROLLBACK");
    expect(await editsOf(database)).toHaveLength(1);
  });

  test('skips a record that is gone, with a notice', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    const client = await database.pool.connect();
    const notices: string[] = [];
    client.on('notice', ({ message }) => notices.push(String(message)));
    const { rowCount } = await client.query("UPDATE pylon.issues SET state = 'closed'");
    client.release();
    expect(rowCount).toBe(2);
    expect(notices).toEqual(['issues gone is gone from Pylon: skipped']);
    expect(await editsOf(database)).toHaveLength(2);
  });

  test('through MERGE, in a function and by a role that may edit', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    const { rows } = await database.pool.query(
      "SELECT current_setting('server_version_num')::int AS version",
    );
    await database.pool.query(
      rows[0].version < 150_000
        ? "UPDATE pylon.issues SET title = 'Merged' WHERE id = 'i1'"
        : `MERGE INTO pylon.issues AS i USING (VALUES ('i1', 'Merged')) AS s(id, title) ON i.id = s.id
            WHEN MATCHED THEN UPDATE SET title = s.title`,
    );
    await database.pool.query(`
      CREATE FUNCTION public.rename(which text) RETURNS void LANGUAGE sql AS
        $$ UPDATE pylon.issues SET title = 'Called' WHERE id = which $$`);
    await database.pool.query("SELECT public.rename('i2')");
    await database.pool.query(
      "BEGIN; SET LOCAL ROLE pylon_editor; UPDATE pylon.issues SET title = 'By role' WHERE id = 'i2'; COMMIT",
    );
    expect(await editsOf(database)).toMatchObject([
      { changes: { title: 'Merged' } },
      { changes: { title: 'Called' } },
      { changes: { title: 'By role' } },
    ]);
  });

  test.for([
    [
      "UPDATE pylon.issues SET number = 7 WHERE id = 'i1'",
      'column "number" of pylon.issues cannot be changed',
      '0A000',
    ],
    ["UPDATE pylon.issues SET id = 'x' WHERE id = 'i1'", 'column "id" of pylon.issues', '0A000'],
    ["UPDATE pylon.issues SET _hash = '' WHERE id = 'i1'", 'column "_hash" of pylon.issues', '0A000'],
    [
      "UPDATE pylon.issues SET _synced_at = now() WHERE id = 'i1'",
      'column "_synced_at" of pylon.issues',
      '0A000',
    ],
    ["UPDATE pylon.issues SET number = 7, link = 'x' WHERE id = 'i1'", 'column "link", "number"', '0A000'],
    [
      "UPDATE pylon.issues SET title = NULL WHERE id = 'i1'",
      'column "title" of pylon.issues cannot be emptied',
      '23502',
    ],
    [
      "UPDATE pylon.issues SET type = 'conversation' WHERE id = 'i1'",
      'a ticket cannot become a conversation',
      '23514',
    ],
    [
      "UPDATE pylon.issues SET type = 'phone' WHERE id = 'i2'",
      'column "type" of pylon.issues cannot be "phone"',
      '23514',
    ],
    [`UPDATE pylon.issues SET custom_fields = '{"nope": "1"}' WHERE id = 'i2'`, '"nope" is unknown', '23514'],
    [`UPDATE pylon.issues SET custom_fields = '{"crm": "1"}' WHERE id = 'i2'`, '"crm" is read-only', '23514'],
    ["UPDATE pylon.issues SET custom_fields = NULL WHERE id = 'i1'", 'takes an object', '23514'],
    [
      `UPDATE pylon.issues SET custom_fields = '{"tier": {"level": 1}}' WHERE id = 'i2'`,
      '"tier" takes a value or a list of values',
      '23514',
    ],
    [
      `UPDATE pylon.issues SET custom_fields = '{"tier": ["a", null]}' WHERE id = 'i2'`,
      '"tier" takes a value or a list of values',
      '23514',
    ],
    ["INSERT INTO pylon.users (id) VALUES ('x')", 'INSERT of pylon.users is refused', '0A000'],
    ["DELETE FROM pylon.custom_fields WHERE id = 'f1'", 'DELETE of pylon.custom_fields is refused', '0A000'],
    ['TRUNCATE pylon.issues', 'TRUNCATE of pylon.issues is refused', '0A000'],
  ] as const)('refuses %s', async ([statement, message, code], { database }) => {
    await asDaemon(database.pool, ISSUES);
    const error = await refusalOf(database, statement);
    expect(error.message).toContain(message);
    expect(error.code).toBe(code);
    if (message.startsWith('column "number"'))
      expect(error.hint).toContain('Can be changed: title, state, type');
    expect(await editsOf(database)).toEqual([]);
  });

  test('is refused where the daemon allows none, and says which variable', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await database.pool.query(`INSERT INTO pylon_sync.settings (key, value) VALUES ('allow', '[]')`);
    const error = await refusalOf(database, "UPDATE pylon.issues SET title = 'A'");
    expect(error).toMatchObject({ code: '42501', hint: expect.stringContaining('PYLON_SYNC_ALLOW') });
    expect(await editsOf(database)).toEqual([]);
  });

  test('is a draft where the session says so', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await database.pool.query(
      "BEGIN; SET LOCAL pylon_sync.draft = on; UPDATE pylon.issues SET title = 'A'; COMMIT",
    );
    await database.pool.query("UPDATE pylon.issues SET title = 'B' WHERE id = 'i1'");
    expect((await editsOf(database)).map(({ state }) => state)).toEqual(['draft', 'draft', 'pending']);
  });

  test('of more rows than the guard allows makes drafts, and says so', async ({ database }) => {
    await asDaemon(
      database.pool,
      `INSERT INTO pylon_sync.settings (key, value) VALUES ('edit_guard', '10');
       INSERT INTO pylon.issues (id, title) SELECT 'n' || n, 'N' FROM generate_series(1, 11) AS n`,
    );
    const client = await database.pool.connect();
    const said: string[] = [];
    client.on('notice', ({ message }) => said.push(String(message)));
    await client.query("UPDATE pylon.issues SET title = 'A' WHERE id <> 'n1'");
    await client.query(
      "BEGIN; UPDATE pylon.issues SET title = 'B' WHERE id <> 'n1'; UPDATE pylon.issues SET title = 'C'; COMMIT",
    );
    client.release();
    const states = (await editsOf(database)).map(({ state }) => state);
    expect([states.slice(0, 10), states.slice(10)]).toEqual([
      Array(10).fill('pending'),
      Array(21).fill('draft'),
    ]);
    expect(said).toEqual([expect.stringContaining('more than 10 edits in one transaction: they are drafts')]);
  });
});

test('what Pylon holds already, and nobody changes, is not refused', async ({ database }) => {
  await asDaemon(
    database.pool,
    `INSERT INTO pylon.accounts (id, name, type, domains, primary_domain, _hash)
     VALUES ('a1', 'Ours', 'internal', '{one.example}', 'other.example', 'h');
     INSERT INTO pylon.contacts (id, name, phone_numbers, _hash) VALUES ('c1', 'Ada', '{+49 30 1}', 'h')`,
  );
  await database.pool.query("UPDATE pylon.accounts SET name = 'Ours, too'");
  await database.pool.query("UPDATE pylon.contacts SET name = 'Ada L.'");
  expect(await editsOf(database)).toMatchObject([
    { changes: { name: 'Ours, too' } },
    { changes: { name: 'Ada L.' } },
  ]);
  for (const statement of [
    "UPDATE pylon.accounts SET type = 'community'",
    "UPDATE pylon.accounts SET domains = '{two.example,three.example}'",
    "UPDATE pylon.contacts SET phone_numbers = phone_numbers || '{+49 30 2}'",
  ])
    expect(await refusalOf(database, statement)).toMatchObject({ code: '23514' });
});

describe('the daemon’s mark', () => {
  test('is not honoured for anyone else', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await database.pool.query(`
      BEGIN; SET LOCAL ROLE pylon_editor; SET LOCAL pylon_sync.daemon = 'on';
      UPDATE pylon.issues SET title = 'Mine' WHERE id = 'i1'; COMMIT`);
    expect(await editsOf(database)).toMatchObject([{ changes: { title: 'Mine' } }]);
  });

  test('ends with its transaction', async ({ database }) => {
    const client = await database.pool.connect();
    await client.query("BEGIN; SELECT set_config('pylon_sync.daemon', 'on', true); COMMIT");
    await expect(client.query("INSERT INTO pylon.users (id) VALUES ('x')")).rejects.toThrow('is refused');
    client.release();
  });
});

describe('an editor', () => {
  const as = (role: string, statement: string) => `BEGIN; SET LOCAL ROLE ${role}; ${statement}; COMMIT`;

  test.for([
    "UPDATE pylon_sync.edits SET state = 'applied'",
    'DELETE FROM pylon_sync.edits',
    "SELECT pylon_sync._queue_edit('issues', 'i1', 'delete', '{}', '{}')",
    "INSERT INTO pylon_sync.settings (key, value) VALUES ('allow', '[]')",
    'SELECT * FROM pylon_sync.lease',
    "UPDATE pylon.issue_statuses SET label = 'x'",
    'ALTER TABLE pylon.issues DISABLE TRIGGER ALL',
    'TRUNCATE pylon.issues',
    'SELECT * FROM pylon_sync.settings',
  ])('can do nothing but edit: %s', async (statement, { database }) => {
    await asDaemon(database.pool, ISSUES);
    const error = await refusalOf(database, as('pylon_editor', statement));
    await database.pool.query('ROLLBACK');
    expect(error.code).toMatch(/^42/);
  });

  test('cannot bend what the triggers call', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    const { rows } = await database.pool.query<{ wrong: string }>(`
      SELECT proname AS wrong FROM pg_proc
       WHERE pronamespace = 'pylon_sync'::regnamespace AND prosecdef
         AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)`);
    expect(rows).toEqual([]);
  });
});

describe('a reader', () => {
  test('reads the mirror and changes nothing', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await database.pool.query(
      'BEGIN; SET LOCAL ROLE pylon_reader; SELECT count(*) FROM pylon.issues; COMMIT',
    );
    const error = await refusalOf(
      database,
      "BEGIN; SET LOCAL ROLE pylon_reader; UPDATE pylon.issues SET title = 'x'; COMMIT",
    );
    await database.pool.query('ROLLBACK');
    expect(error.code).toBe('42501');
  });
});
