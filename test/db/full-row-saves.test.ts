import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { createDatabase, type OwnDatabase } from '../helpers/database.ts';

let database: OwnDatabase;
let client: pg.PoolClient;

beforeAll(async () => {
  database = await createDatabase();
  await asDaemon(
    database.pool,
    `INSERT INTO pylon.issues (id, number, title, state, created_at, updated_at, latest_message_time, _synced_at, _order)
     VALUES ('i1', 1, 'Title', 'new', '2026-01-01T00:00:00.123456Z', '2026-02-01T00:00:00.654321Z', NULL, '2026-02-02T00:00:00.777888Z', 7),
            ('i2', 2, 'Title', 'new', '2026-01-01T00:00:00Z', NULL, NULL, '2026-02-02T00:00:00Z', 7);
     INSERT INTO pylon.accounts (id, name, created_at) VALUES ('a1', 'Acme', '2026-01-01T00:00:00.123456Z');
     INSERT INTO pylon.tasks (id, title, due_date, updated_at) VALUES ('t1', 'Task', '2026-03-01T00:00:00.123456Z', '2026-02-01T00:00:00Z');
     INSERT INTO pylon.ticket_forms (id, name, _synced_at) VALUES ('f1', 'Form', '2026-02-02T00:00:00.777888Z')`,
  );
  await database.pool.query('ALTER TABLE pylon.issues ADD COLUMN mine text');
});
afterAll(() => database?.drop());
beforeEach(async () => {
  client = await database.pool.connect();
  await client.query('BEGIN');
});
afterEach(async () => {
  await client.query('ROLLBACK');
  client.release();
});

const edits = async () =>
  (await client.query<{ changes: unknown }>('SELECT changes FROM pylon_sync.edits ORDER BY id')).rows.map(
    ({ changes }) => changes,
  );

/** What the update of the first issue queues, or what it is refused with. */
async function outcome(assignments: string, table = 'issues', id = 'i1') {
  try {
    await client.query(`UPDATE pylon.${table} SET ${assignments} WHERE id = '${id}'`);
    return await edits();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return `${error.code} ${error.message}`;
  }
}

const CHANGED = '40001 issues i1 has changed since it was read';
const notChanged = (column: string) => `0A000 column "${column}" of pylon.issues cannot be changed`;
const NEW = [{ title: 'New' }];

describe('a program that saves whole rows', () => {
  test.for<[what: string, assignments: string, outcome: unknown]>([
    ['sets the time of change', "title = 'New', updated_at = now()", NEW],
    ['sets it alone', 'updated_at = now()', notChanged('updated_at')],
    ['sets it beside what the row has', "title = 'Title', updated_at = now()", notChanged('updated_at')],
    ['sets it beside a column of the user’s', "mine = 'x', updated_at = now()", []],
    ['empties it', "title = 'New', updated_at = NULL", notChanged('updated_at')],
    ['reads the milliseconds', "title = 'New', updated_at = '2026-02-01T00:00:00.654Z'", NEW],
    [
      'rounds them',
      "title = 'New', created_at = '2026-01-01T00:00:00.124Z', updated_at = '2026-02-01T00:00:00.655Z'",
      NEW,
    ],
    [
      'saves these alone',
      "created_at = '2026-01-01T00:00:00.123Z', _synced_at = '2026-02-02T00:00:00.777Z'",
      [],
    ],
    [
      'has other microseconds',
      "title = 'New', created_at = '2026-01-01T00:00:00.123400Z'",
      notChanged('created_at'),
    ],
    [
      'has another millisecond',
      "title = 'New', created_at = '2026-01-01T00:00:00.125Z'",
      notChanged('created_at'),
    ],
    [
      'saves what was read',
      "title = 'New', updated_at = '2026-02-01T00:00:00.654Z', _synced_at = '2026-02-02T00:00:00.777Z', _order = 7",
      NEW,
    ],
    ['read before Pylon changed it', "title = 'New', updated_at = '2026-02-01T00:00:00.653Z'", CHANGED],
    [
      'read before the daemon wrote it',
      "title = 'New', updated_at = now(), _synced_at = '2026-02-02T00:00:00.776Z'",
      CHANGED,
    ],
    ['read an older answer', "title = 'New', _order = 6", CHANGED],
    [
      'read an older row, with columns that Pylon alone changes',
      "number = 5, state = 'old', _order = 6",
      CHANGED,
    ],
    ['sets an older time alone', "updated_at = '2026-01-01'", notChanged('updated_at')],
    ['sets the daemon’s time', "title = 'New', _synced_at = now()", notChanged('_synced_at')],
    ['sets the daemon’s time alone', "_synced_at = '2026-01-01'", notChanged('_synced_at')],
    ['sets the daemon’s order', "title = 'New', _order = 8", notChanged('_order')],
    [
      'sets what Pylon alone sets',
      "title = 'New', latest_message_time = now(), updated_at = now()",
      notChanged('latest_message_time'),
    ],
  ])('%s', async ([, assignments, expected]) => {
    expect(await outcome(assignments)).toEqual(expected);
  });

  test('is refused its time of change if the session says so, and an older row all the same', async () => {
    await client.query("SET LOCAL pylon_sync.stamps = 'refuse'; SAVEPOINT before");
    expect(await outcome("title = 'New', updated_at = now()")).toBe(notChanged('updated_at'));
    await client.query('ROLLBACK TO before');
    expect(await outcome("title = 'New', updated_at = '2026-01-01'")).toBe(CHANGED);
    await client.query('ROLLBACK TO before');
    expect(await outcome("title = 'New', updated_at = '2026-02-01T00:00:00.654Z'")).toEqual(NEW);
  });

  test('leaves the row’s own times as they are', async () => {
    await outcome("title = 'New', created_at = '2026-01-01T00:00:00.123Z', updated_at = now(), mine = 'x'");
    const { rows } = await client.query(
      "SELECT created_at = '2026-01-01T00:00:00.123456Z' AND updated_at = '2026-02-01T00:00:00.654321Z' AS are, _synced_at >= now() AS stamped FROM pylon.issues WHERE id = 'i1'",
    );
    expect(rows).toEqual([{ are: true, stamped: true }]);
  });

  test('of a row without a time of change, of a table without one, and of a writable instant', async () => {
    expect(await outcome("title = 'New', updated_at = now()", 'issues', 'i2')).toEqual(NEW);
    await client.query('ROLLBACK; BEGIN');
    expect(await outcome("name = 'New', created_at = '2026-01-01T00:00:00.123Z'", 'accounts', 'a1')).toEqual([
      { name: 'New' },
    ]);
    await client.query('ROLLBACK; BEGIN');
    expect(await outcome("title = 'New', due_date = '2026-03-01T00:00:00.123Z'", 'tasks', 't1')).toEqual(NEW);
    await client.query('ROLLBACK; BEGIN');
    // Of a table that Pylon lets one change nothing of, too.
    expect(
      await outcome("name = 'Form', _synced_at = '2026-02-02T00:00:00.777Z'", 'ticket_forms', 'f1'),
    ).toEqual([]);
  });

  test('changes nothing of a column that Postgres generates', async () => {
    await client.query(
      'ALTER TABLE pylon.issues ADD COLUMN loud text GENERATED ALWAYS AS (upper(title)) STORED',
    );
    expect(await outcome("updated_at = '2026-01-01'")).toBe(notChanged('updated_at'));
  });

  test('is compared by Postgres’s own operators, whatever the caller’s schemas have', async () => {
    await client.query(`
      CREATE SCHEMA evil;
      CREATE FUNCTION evil.always(jsonb, jsonb) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      CREATE OPERATOR evil.<> (LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = evil.always);
      SET LOCAL search_path = evil, pg_catalog`);
    expect(await outcome("updated_at = '2026-01-01'")).toBe(notChanged('updated_at'));
  });

  test('through a view: the same', async () => {
    const save = (assignments: string) =>
      client.query(`UPDATE pylon_bi.issues SET ${assignments} WHERE id = 'i1'`);
    await client.query('SAVEPOINT before');
    await expect(save("title = 'New', synced_at = '2026-02-02T00:00:00.776Z'")).rejects.toMatchObject({
      code: '40001',
    });
    await client.query('ROLLBACK TO before');
    await save(
      "title = 'New', updated_at = now(), created_at = '2026-01-01T00:00:00.123Z', synced_at = '2026-02-02T00:00:00.777Z'",
    );
    expect(await edits()).toEqual(NEW);
  });
});
