import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { createDatabase, type OwnDatabase } from '../../helpers/database.ts';
import { editsIn } from '../../helpers/edits.ts';
import { withLogin } from '../../helpers/logins.ts';

let database: OwnDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database?.drop());
beforeEach(() =>
  asDaemon(
    database.pool,
    `DELETE FROM pylon.issues; DELETE FROM pylon_sync.edits; DELETE FROM pylon.users;
     INSERT INTO pylon.users (id, name) VALUES ('u1', 'Ana');
     INSERT INTO pylon.issues (id, number, title, team_id, tags)
     SELECT 'i' || n, n, 'Issue', CASE WHEN n <= 2 THEN 't1' ELSE 't2' END, '{a}' FROM generate_series(1, 4) AS n`,
  ),
);

/** Runs statements as a login, one after the other; returns the last result, and the notices of all. */
async function run(url: string, ...statements: readonly string[]) {
  const client = new pg.Client(url);
  const notices: string[] = [];
  client.on('notice', ({ severity, message }) => notices.push(`${severity}: ${message}`));
  await client.connect();
  try {
    let rowCount: number | null = null;
    for (const statement of statements) ({ rowCount } = await client.query(statement));
    return { rowCount, notices };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return { refused: `${error.code}: ${error.message}`, notices };
  } finally {
    await client.end();
  }
}

const titles = async () =>
  (await database.pool.query<{ title: string }>('SELECT title FROM pylon.issues ORDER BY id')).rows.map(
    ({ title }) => title,
  );

test('an editor may edit through the view, and the edit is theirs; a reader may not, nor who has the view alone', async () => {
  const statement = "UPDATE pylon_bi.issues SET title = 'New', assignee_name = 'Ana' WHERE number = 1";
  await withLogin(database, 'pylon_editor', async ({ name, url }) => {
    expect(await run(url, statement)).toEqual({ rowCount: 1, notices: [] });
    expect(await editsIn(database)).toMatchObject([
      { actor: name, changes: { title: 'New', assignee_id: 'u1' }, state: 'pending' },
    ]);
  });
  await withLogin(database, 'pylon_reader', async ({ name, url }) => {
    expect((await run(url, statement)).refused).toBe('42501: permission denied for view issues');
    await database.pool.query(`GRANT UPDATE ON pylon_bi.issues TO ${name}`);
    expect((await run(url, statement.replace('New', 'Other'))).refused).toBe(
      '42501: permission denied for table issues',
    );
    // One column of the table is enough for what sets that column.
    await database.pool.query(`GRANT UPDATE (title) ON pylon.issues TO ${name}`);
    expect(await run(url, "UPDATE pylon_bi.issues SET title = 'Other' WHERE number = 2")).toEqual({
      rowCount: 1,
      notices: [],
    });
    expect((await run(url, "UPDATE pylon_bi.issues SET tags = '{}' WHERE number = 2")).refused).toContain(
      '42501',
    );
  });
});

test('a row that a policy of the table keeps from somebody is skipped, said so, and not counted', async () => {
  await database.pool.query(`ALTER TABLE pylon.issues ENABLE ROW LEVEL SECURITY;
    CREATE POLICY seen ON pylon.issues FOR SELECT TO pylon_editor USING (true);
    CREATE POLICY team ON pylon.issues FOR UPDATE TO pylon_editor USING (team_id = 't1')`);
  try {
    await withLogin(database, 'pylon_editor', async ({ url }) => {
      const { rowCount, notices } = await run(
        url,
        "UPDATE pylon_bi.issues SET title = 'New' WHERE number IN (2, 3)",
      );
      expect(rowCount).toBe(1);
      expect(notices).toEqual(['NOTICE: issues i3 cannot be changed by you: skipped']);
    });
    expect(await titles()).toEqual(['Issue', 'New', 'Issue', 'Issue']);
  } finally {
    await database.pool.query(
      'DROP POLICY seen ON pylon.issues; DROP POLICY team ON pylon.issues; ALTER TABLE pylon.issues DISABLE ROW LEVEL SECURITY',
    );
  }
});

test('more edits than the guard allows become drafts, with one warning, as on the table', async () => {
  await asDaemon(
    database.pool,
    "INSERT INTO pylon.issues (id, number, title) SELECT 'x' || n, n, 'Issue' FROM generate_series(10, 1008) AS n",
  );
  const all = "UPDATE pylon_bi.issues SET title = 'New' || number WHERE number";
  const byState = async () =>
    (
      await database.pool.query(
        'SELECT state, count(*)::integer, count(DISTINCT record_id)::integer AS records, count(DISTINCT txid)::integer AS times FROM pylon_sync.edits GROUP BY 1',
      )
    ).rows;
  expect(await run(database.url, `${all} BETWEEN 1 AND 1007`)).toMatchObject({
    rowCount: 1002,
    notices: [expect.stringMatching(/^WARNING: more than 1000 edits in one transaction/)],
  });
  expect(await byState()).toEqual([{ state: 'draft', count: 1002, records: 1002, times: 1 }]);
  await database.pool.query('DELETE FROM pylon_sync.edits');
  // A thousand are within the guard, also in two statements; the next one of the transaction is not.
  const within = [
    `${all.replace('New', 'A')} <= 500`,
    `${all.replace('New', 'B')} BETWEEN 501 AND 1005`,
  ] as const;
  expect(await run(database.url, 'BEGIN', ...within, 'COMMIT')).toMatchObject({ notices: [] });
  expect(await byState()).toEqual([{ state: 'pending', count: 1000, records: 1000, times: 1 }]);
  await database.pool.query('DELETE FROM pylon_sync.edits');
  await run(database.url, 'SET pylon_sync.draft = on', `${all.replace('New', 'C')} = 1`);
  expect(await byState()).toEqual([{ state: 'draft', count: 1, records: 1, times: 1 }]);
});

test('a statement that fails half way has written nothing, and a savepoint takes its rows back', async () => {
  await run(
    database.url,
    'BEGIN',
    "UPDATE pylon_bi.issues SET title = 'kept' WHERE number = 1",
    'SAVEPOINT one',
    `DO $$ BEGIN
       UPDATE pylon_bi.issues SET title = 'lost', assignee_name = CASE number WHEN 3 THEN 'Nobody' ELSE assignee_name END
        WHERE number > 1;
     EXCEPTION WHEN check_violation THEN NULL; END $$`,
    "UPDATE pylon_bi.issues SET title = 'lost' WHERE number = 4",
    'ROLLBACK TO one',
    "UPDATE pylon_bi.issues SET title = 'too' WHERE number = 2",
    'COMMIT',
  );
  expect(await titles()).toEqual(['kept', 'too', 'Issue', 'Issue']);
});

test.for([
  [
    "title = 'Theirs'",
    { refused: '40001: issues i1 has changed since this statement read it' },
    'Theirs',
    ['a'],
  ],
  ["tags = '{a,theirs}'", { rowCount: 1 }, 'Mine', ['a', 'theirs']],
] as const)('while the daemon writes %s', async ([theirs, outcome, title, tags]) => {
  const daemon = new pg.Client(database.url);
  await daemon.connect();
  try {
    await daemon.query("BEGIN; SELECT set_config('pylon_sync.daemon', 'on', true)");
    await daemon.query(`UPDATE pylon.issues SET ${theirs}, _synced_at = now() WHERE id = 'i1'`);
    const mine = run(database.url, "UPDATE pylon_bi.issues SET title = 'Mine' WHERE number = 1");
    const isWaiting =
      "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while ((await database.pool.query(isWaiting)).rowCount === 0);
    await daemon.query('COMMIT');
    expect(await mine).toMatchObject(outcome);
  } finally {
    await daemon.end();
  }
  const { rows } = await database.pool.query("SELECT title, tags FROM pylon.issues WHERE id = 'i1'");
  expect(rows).toEqual([{ title, tags }]);
});

test('a trigger of the user’s on the table may change the view in its turn, and may keep a row as it is', async () => {
  await database.pool.query(`
    CREATE FUNCTION public.answer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.title = 'first' THEN UPDATE pylon_bi.issues SET title = 'second' WHERE number = 2; END IF;
      IF NEW.title = 'never' THEN RETURN NULL; END IF;
      RETURN NEW; END $$;
    CREATE TRIGGER answer BEFORE UPDATE ON pylon.issues FOR EACH ROW EXECUTE FUNCTION public.answer()`);
  try {
    await database.pool.query(
      "UPDATE pylon_bi.issues SET title = CASE number WHEN 1 THEN 'first' WHEN 3 THEN 'never' ELSE 'other' END WHERE number <> 2",
    );
    expect(await titles()).toEqual(['first', 'second', 'Issue', 'other']);
  } finally {
    await database.pool.query('DROP FUNCTION public.answer CASCADE');
  }
});
