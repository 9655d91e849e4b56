import type pg from 'pg';
import { describe, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { type TestDatabase, test } from '../helpers/database.ts';
import { allowOperations, refusalOf } from '../helpers/edit-permissions.ts';
import { editsIn } from '../helpers/edits.ts';
import { knowsWhole, publishes } from '../helpers/knowledge.ts';

const options = (...slugs: readonly string[]) =>
  JSON.stringify({ options: slugs.map((slug) => ({ slug, label: slug.toUpperCase() })) });

const ROWS = `
  INSERT INTO pylon.issue_statuses (id, slug, label, is_archived)
  VALUES ('new', 'new', 'New', false), ('closed', 'closed', 'Closed', false), ('on_it', 'on_it', 'On it', false),
         ('past', 'past', 'Past', true);
  INSERT INTO pylon.users (id, name) VALUES ('u1', 'Ana'), ('u2', 'Ben');
  UPDATE pylon.users SET _deleted_at = now() WHERE id = 'u2';
  INSERT INTO pylon.accounts (id, name) VALUES ('a1', 'Acme');
  INSERT INTO pylon.custom_fields (id, object_type, slug, type, select_metadata, is_read_only, created_at) VALUES
    ('f1', 'issue', 'level', 'select', '${options('low', 'medium', 'high')}', false, now()),
    ('f2', 'issue', 'areas', 'multiselect', '${options('ui', 'api')}', false, now()),
    ('f3', 'issue', 'seats', 'number', NULL, false, now()), ('f4', 'issue', 'cost', 'decimal', NULL, false, now()),
    ('f5', 'issue', 'urgent', 'boolean', NULL, false, now()), ('f6', 'issue', 'due', 'date', NULL, false, now()),
    ('f7', 'issue', 'seen', 'datetime', NULL, false, now()), ('f8', 'issue', 'owner', 'user', NULL, false, now()),
    ('f9', 'issue', 'note', 'text', NULL, false, now()), ('f10', 'issue', 'bare', 'select', NULL, false, now()),
    ('f11', 'issue', 'crm', 'text', NULL, true, now());
  INSERT INTO pylon.issues (id, number, title, state, type, custom_fields)
  VALUES ('i1', 1, 'One', 'new', 'ticket', '{"level": "low"}'), ('i2', 2, 'Two', 'new', 'ticket', NULL);
  INSERT INTO pylon.macros (id, name) VALUES ('m1', 'M');
  INSERT INTO pylon.teams (id, name) VALUES ('t1', 'T')`;

const KNOWN = ['issue_statuses', 'custom_fields', 'users', 'accounts'];

/** A mirror in which everything is known, as of just now. */
async function fill(database: TestDatabase): Promise<void> {
  await asDaemon(database.pool, ROWS);
  await publishes(database, KNOWN);
  for (const resource of KNOWN) await knowsWhole(database, resource);
  await allowOperations(database, 'update', 'create');
}

const setField = (fields: string) => `UPDATE pylon.issues SET custom_fields = '${fields}' WHERE id = 'i2'`;
const AS_OF = String.raw`as of \d\d:\d\d UTC`;

/** Statements, what they are refused with, and why that is known: from a list, or for good. */
const REFUSED: readonly (readonly [statement: string, message: string, from: string])[] = [
  [
    "UPDATE pylon.issues SET state = 'clossed'",
    `column "state" of pylon.issues cannot be "clossed": it takes closed, new, on_it, ${AS_OF}`,
    'issue_statuses',
  ],
  [
    setField('{"level": "lowest"}'),
    `custom field "level" of pylon.issues cannot be "lowest": it takes low, medium, high, ${AS_OF}`,
    'custom_fields',
  ],
  [
    setField('{"level": ["low", "high"]}'),
    `custom field "level" of pylon.issues takes one value, ${AS_OF}`,
    'custom_fields',
  ],
  [
    setField('{"areas": ["ui", "db"]}'),
    `"areas" .* cannot be "db": it takes ui, api, ${AS_OF}`,
    'custom_fields',
  ],
  [
    setField('{"seats": "many"}'),
    `"seats" .* cannot be "many": it takes a number, ${AS_OF}`,
    'custom_fields',
  ],
  [setField('{"cost": "1,5"}'), '"cost" .* cannot be "1,5": it takes a number', 'custom_fields'],
  [setField('{"urgent": "yes"}'), '"urgent" .* cannot be "yes": it takes true or false', 'custom_fields'],
  [setField('{"due": "2026-02-30"}'), '"due" .* it takes a day, YYYY-MM-DD', 'custom_fields'],
  [setField('{"due": "30.01.2026"}'), '"due" .* it takes a day', 'custom_fields'],
  [setField('{"seen": "2026-01-30 25:00"}'), '"seen" .* it takes an instant', 'custom_fields'],
  [
    setField('{"owner": "nobody"}'),
    `"owner" .* cannot be "nobody": there is no such row in pylon.users, ${AS_OF}`,
    'users',
  ],
  [setField('{"nope": "1"}'), '"nope" is unknown', 'custom_fields'],
  [setField('{"crm": "1"}'), '"crm" is read-only', 'custom_fields'],
  [
    "UPDATE pylon.issues SET assignee_id = 'nobody'",
    `column "assignee_id" of pylon.issues cannot be "nobody": there is no such row in pylon.users, ${AS_OF}`,
    'users',
  ],
  [
    "UPDATE pylon.issues SET assignee_id = 'u2'",
    'cannot be "u2": there is no such row in pylon.users',
    'users',
  ],
  [
    "UPDATE pylon.teams SET user_ids = '{u1,nobody}'",
    '"user_ids" of pylon.teams cannot be "nobody"',
    'users',
  ],
  [
    "INSERT INTO pylon.contacts (name, account_id) VALUES ('C', 'a2')",
    'cannot be "a2": there is no such row',
    'accounts',
  ],
  ["UPDATE pylon.issues SET title = E' \\t'", 'column "title" of pylon.issues cannot be empty', ''],
  [
    "INSERT INTO pylon.accounts (name) VALUES ('A'), (' ')",
    'column "name" of pylon.accounts cannot be empty',
    '',
  ],
  [
    "UPDATE pylon.issues SET type = 'phone'",
    'column "type" of pylon.issues cannot be "phone": it takes conversation, ticket',
    '',
  ],
  [
    `UPDATE pylon.macros SET visibility = '{"type": "everyone"}'`,
    '"type" of column "visibility" of pylon.macros cannot be "everyone": it takes org, user, team, users_and_teams',
    '',
  ],
  ["UPDATE pylon.issues SET type = 'conversation'", 'a ticket cannot become a conversation again', ''],
];

/** Values that are possible, or of which nothing is known. */
const TAKEN = [
  "UPDATE pylon.issues SET state = 'past', assignee_id = 'u1'",
  "UPDATE pylon.issues SET assignee_id = NULL, account_id = 'local-x', tags = '{}'",
  `UPDATE pylon.macros SET visibility = '{"type": "team", "team_ids": ["t1"]}'`,
  "UPDATE pylon.macros SET visibility = '{}'",
  setField(
    '{"level": "high", "areas": [], "seats": " 5", "cost": "-1.5e3", "urgent": "True", "due": "2024-02-29"}',
  ),
  setField('{"seen": "2026-01-30T10:00:00.5+02:00", "owner": "u1", "note": "", "bare": "x", "level": null}'),
];

/** The refusals of each kind of knowledge, one statement each. */
const ONE_OF_EACH = REFUSED.filter(
  ([, , from], at) => REFUSED.findIndex((other) => other[2] === from) === at,
);

/** Runs work on one connection, which is given back whatever becomes of it. */
async function withClient(
  { pool }: TestDatabase,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await work(client);
  } finally {
    client.release(true);
  }
}

describe('an impossible value', () => {
  test('is refused, with what is possible, how old that is, and how to send it all the same', async ({
    database,
  }) => {
    await fill(database);
    for (const [statement, message, from] of REFUSED) {
      const error = await refusalOf(database, statement);
      expect(error.message, statement).toMatch(new RegExp(message));
      expect(error.code, statement).toBe('23514');
      expect(error.hint, statement).toContain(
        from === 'custom_fields' && /unknown|read-only/.test(message)
          ? 'Can be changed'
          : 'SET pylon_sync.validate = off',
      );
    }
    expect(await editsIn(database)).toEqual([]);
    for (const statement of TAKEN) await database.pool.query(statement);
    expect((await editsIn(database)).every(({ state }) => state === 'pending')).toBe(true);
  });

  test('is sent where the session has said so, for its transaction alone with SET LOCAL', async ({
    database,
  }) => {
    await fill(database);
    await withClient(database, async (client) => {
      for (const [statement] of REFUSED)
        await client.query(`BEGIN; SET LOCAL pylon_sync.validate = off; ${statement}; ROLLBACK`);
      await expect(client.query(REFUSED[0]?.[0] ?? '')).rejects.toThrow('clossed');
      await client.query(`SET pylon_sync.validate = 'No'; ${REFUSED[0]?.[0]}; RESET pylon_sync.validate`);
    });
    expect((await editsIn(database)).map(({ changes }) => changes)).toEqual([
      { state: 'clossed' },
      { state: 'clossed' },
    ]);
  });

  test('is sent where what is known cannot be trusted', async ({ database }) => {
    await fill(database);
    await withClient(database, async (client) => {
      const refused = async () => {
        const found: string[] = [];
        for (const [statement, , from] of ONE_OF_EACH) {
          await client.query('BEGIN');
          await client.query(statement).catch(() => found.push(from));
          await client.query('ROLLBACK');
        }
        return found.sort();
      };
      const all = ['', 'accounts', 'custom_fields', 'issue_statuses', 'users'];
      expect(await refused()).toEqual(all);
      // A later list failed, and then succeeded.
      await knowsWhole(database, 'custom_fields', 'failed');
      await knowsWhole(database, 'users', 'unavailable');
      expect(await refused()).toEqual(['', 'accounts', 'issue_statuses']);
      await knowsWhole(database, 'custom_fields');
      await knowsWhole(database, 'users');
      expect(await refused()).toEqual(all);
      await publishes(database, ['users', 'custom_fields', 'accounts']);
      expect(await refused()).toEqual(['', 'accounts', 'custom_fields', 'users']);
      await database.pool.query("UPDATE pylon_sync.runs SET started_at = now() - interval '1700 seconds'");
      expect(await refused()).toContain('users');
      // References only as long as their table cannot have missed two lists.
      await database.pool.query("UPDATE pylon_sync.runs SET started_at = now() - interval '1801 seconds'");
      expect(await refused()).toEqual(['', 'custom_fields']);
      await database.pool.query('DELETE FROM pylon_sync.runs');
      expect(await refused()).toEqual(['']);
    });
  });
});

test('knowledge that is older than today names its day', async ({ database }) => {
  await fill(database);
  await database.pool.query("UPDATE pylon_sync.runs SET started_at = '2026-01-02 03:04:05Z'");
  expect((await refusalOf(database, "UPDATE pylon.issues SET state = 'x'")).message).toContain(
    ', as of 2026-01-02 03:04 UTC',
  );
});

describe('nothing is refused of', () => {
  test('the daemon’s own writes, and of those that a user’s trigger makes in its transactions', async ({
    database,
  }) => {
    await fill(database);
    await database.pool.query(`
      CREATE FUNCTION public.odd() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN UPDATE pylon.issues SET state = 'odd', assignee_id = 'nobody' WHERE id = 'i2'; RETURN NULL; END $$;
      CREATE TRIGGER odd AFTER UPDATE ON pylon.accounts FOR EACH ROW EXECUTE FUNCTION public.odd()`);
    await asDaemon(database.pool, "UPDATE pylon.issues SET state = 'strange', title = '' WHERE id = 'i1'");
    await asDaemon(database.pool, "UPDATE pylon.accounts SET name = 'New'");
    expect(await editsIn(database)).toMatchObject([
      { record_id: 'i2', changes: { state: 'odd', assignee_id: 'nobody' } },
    ]);
  });

  test('what Pylon holds already, beside another change', async ({ database }) => {
    await fill(database);
    await asDaemon(
      database.pool,
      `UPDATE pylon.issues SET state = 'odd', assignee_id = 'nobody', custom_fields = '{"level": "odd"}' WHERE id = 'i1'`,
    );
    await database.pool.query(
      `UPDATE pylon.issues SET title = 'New', state = state, custom_fields = custom_fields || '{"note": "x"}' WHERE id = 'i1'`,
    );
    expect(await editsIn(database)).toMatchObject([
      { changes: { title: 'New', custom_fields: { note: 'x' } } },
    ]);
  });

  test('changes that replication applies', async ({ database }) => {
    await fill(database);
    await database.pool.query(
      "BEGIN; SET LOCAL session_replication_role = replica; UPDATE pylon.issues SET state = 'odd'; COMMIT",
    );
    expect(await editsIn(database)).toEqual([]);
  });
});

describe('what is possible', () => {
  const as = (statement: string) =>
    `BEGIN; SET LOCAL ROLE pylon_editor; SET LOCAL search_path = hostile, pylon, public; ${statement}; COMMIT`;

  test('is not named to whom policies or grants keep the definitions from, in whatever search_path', async ({
    database,
  }) => {
    await fill(database);
    await database.pool.query(`
      CREATE SCHEMA hostile; GRANT USAGE ON SCHEMA hostile TO PUBLIC;
      CREATE FUNCTION hostile.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'hostile' $$;
      CREATE FUNCTION hostile.unnest(jsonb[]) RETURNS SETOF jsonb LANGUAGE sql AS $$ SELECT NULL::jsonb WHERE false $$;
      CREATE FUNCTION hostile.equal(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
      CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.equal)`);
    const statement = as(setField('{"level": "lowest"}'));
    expect((await refusalOf(database, statement)).message).toContain('it takes low, medium, high, as of');
    for (const [hide, show] of [
      [
        'REVOKE SELECT ON pylon.custom_fields FROM pylon_editor',
        'GRANT SELECT ON pylon.custom_fields TO pylon_editor',
      ],
      [
        'ALTER TABLE pylon.custom_fields ENABLE ROW LEVEL SECURITY',
        'ALTER TABLE pylon.custom_fields DISABLE ROW LEVEL SECURITY',
      ],
    ] as const) {
      await database.pool.query(hide);
      const { message } = await refusalOf(database, statement);
      expect(message).toMatch(
        new RegExp(`^custom field "level" of pylon.issues cannot be "lowest": ${AS_OF}$`),
      );
      await database.pool.query(as(setField('{"level": "HIGH"}')));
      await database.pool.query(show);
    }
  });
});
