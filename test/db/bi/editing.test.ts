import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { createDatabase, type OwnDatabase } from '../../helpers/database.ts';
import { define, install } from '../../helpers/fields.ts';

const OPTIONS = `'{"options": [{"label": "Gold", "slug": "gold"}, {"label": "Silver", "slug": "silver"},
  {"label": "Twin", "slug": "one"}, {"label": "Twin", "slug": "two"}, {"label": "one", "slug": "three"}]}'`;

const ROWS = `
  INSERT INTO pylon.users (id, name, email, emails) VALUES
    ('u1', 'Ana', 'ana@acme.com', '{ana@acme.com,a@acme.com}'), ('u2', 'Ben', 'ben@acme.com', NULL),
    ('u3', 'Ben', 'ben@other.com', NULL), ('u4', 'Gone', 'gone@acme.com', NULL),
    ('u5', 'Cid', 'cid@acme.com', NULL);
  UPDATE pylon.users SET _deleted_at = now() WHERE id = 'u4';
  INSERT INTO pylon.accounts (id, name) VALUES ('a1', 'Acme'), ('a2', 'acme'), ('a3', '100% Müller');
  INSERT INTO pylon.issue_statuses (id, label, category) VALUES ('closed', 'Done', 'closed'), ('new', 'New', 'new');
  INSERT INTO pylon.issues (id, number, title, state, assignee_id, assignee_email, tags, body_html, custom_fields, created_at)
  SELECT 'i' || n, n, 'Issue ' || n, 'new', 'u5', 'cid@acme.com', '{old}', '<p>Text</p>',
         '{"tier": "silver", "areas": ["two", "one"], "amount": "1.50", "note": "as it is"}', '2026-01-01T00:00:00.123456Z'
    FROM generate_series(1, 4) AS n`;

/** A slug that is neither an identifier, nor a format, nor a literal. */
const ODD = 'ü "of" % \\ $1';
const ODD_COLUMN = `"cf_${ODD.replaceAll('"', '""')}`;

let database: OwnDatabase;
let client: pg.PoolClient;

beforeAll(async () => {
  database = await createDatabase();
  await asDaemon(database.pool, ROWS);
  await define(
    database,
    `('1', 'issue', 'amount', 'number', 'Amount', NULL), ('2', 'issue', 'vip', 'boolean', 'VIP', NULL),
     ('3', 'issue', 'day', 'date', 'Day', NULL), ('4', 'issue', 'at', 'datetime', 'At', NULL),
     ('5', 'issue', 'tier', 'select', 'Tier', ${OPTIONS}), ('6', 'issue', 'areas', 'multiselect', 'Areas', ${OPTIONS}),
     ('7', 'issue', 'by', 'user', 'By', NULL), ('8', 'issue', 'note', 'text', 'Note', NULL),
     ('9', 'issue', 'gone', 'text', 'Gone', NULL), ('10', 'issue', '${ODD}', 'user', 'Odd', NULL),
     ('11', 'issue', '${ODD}s', 'multiselect', 'Odd', ${OPTIONS})`,
  );
  await install(database);
  await asDaemon(database.pool, "UPDATE pylon.custom_fields SET _deleted_at = now() WHERE slug = 'gone'");
  await install(database);
});
afterAll(() => database?.drop());

// Each test in a transaction that ends with it.
beforeEach(async () => {
  client = await database.pool.connect();
  await client.query("BEGIN; SET LOCAL DateStyle = 'German'; SET LOCAL TimeZone = 'Asia/Tokyo'");
});
afterEach(async () => {
  await client.query('ROLLBACK');
  client.release();
});

const edits = async () =>
  (
    await client.query<{
      record_id: string;
      changes: Record<string, unknown>;
      base: Record<string, unknown>;
    }>('SELECT record_id, changes, base FROM pylon_sync.edits ORDER BY id')
  ).rows;

/** What an UPDATE of the view's first issue asks of Pylon. */
async function asked(assignments: string): Promise<Record<string, unknown> | undefined> {
  const { rowCount } = await client.query(`UPDATE pylon_bi.issues SET ${assignments} WHERE number = 1`);
  expect(rowCount).toBe(1);
  return (await edits())[0]?.changes;
}

/** What a statement is refused with. */
async function refusal(statement: string): Promise<pg.DatabaseError> {
  const error = await client.query(statement).catch((cause: unknown) => cause);
  if (!(error instanceof pg.DatabaseError)) throw new Error(`not refused: ${statement}`);
  return error;
}

describe('an UPDATE of a view is an edit of the table', () => {
  test.for<[assignments: string, changes: Record<string, unknown> | undefined]>([
    ["title = 'New'", { title: 'New' }],
    ["tags = tags || '{vip}'", { tags: ['old', 'vip'] }],
    ["assignee_email = 'ana@acme.com'", { assignee_id: 'u1' }],
    ["assignee_email = 'A@Acme.com'", { assignee_id: 'u1' }],
    ["assignee_name = 'ana'", { assignee_id: 'u1' }],
    ["assignee_name = 'Ben', assignee_email = 'ben@other.com'", { assignee_id: 'u3' }],
    ["assignee_id = 'u1', assignee_name = 'Ana'", { assignee_id: 'u1' }],
    ['assignee_name = NULL', { assignee_id: null }],
    ["account_name = 'Acme'", { account_id: 'a1' }],
    ["account_name = '100% Müller'", { account_id: 'a3' }],
    ["state_label = 'Done'", { state: 'closed' }],
    ["priority = 'high'", { custom_fields: { priority: 'high' } }],
    ["cf_tier = 'Gold'", { custom_fields: { tier: 'gold' } }],
    ["cf_tier = 'gold'", { custom_fields: { tier: 'gold' } }],
    ["cf_tier = 'GOLD'", { custom_fields: { tier: 'gold' } }],
    // The label of one option is the slug of another: in this column, the label counts.
    ["cf_tier = 'one'", { custom_fields: { tier: 'three' } }],
    ["cf_tier_slug = 'one'", { custom_fields: { tier: 'one' } }],
    ["cf_tier = 'Gold', cf_tier_slug = 'gold'", { custom_fields: { tier: 'gold' } }],
    ['cf_tier = NULL', { custom_fields: { tier: null } }],
    // Options that were there keep their slugs, although they have one label.
    ["cf_areas = cf_areas || '{Gold}'", { custom_fields: { areas: ['two', 'one', 'gold'] } }],
    ["cf_areas = '{Twin,Gold}'", { custom_fields: { areas: ['two', 'gold'] } }],
    ["cf_areas = ARRAY['Silver']", { custom_fields: { areas: ['silver'] } }],
    ["cf_areas = '{}'", { custom_fields: { areas: [] } }],
    ["cf_areas_slugs = '{gold}'", { custom_fields: { areas: ['gold'] } }],
    ['cf_amount = 2.50', { custom_fields: { amount: '2.50' } }],
    ['cf_vip = true', { custom_fields: { vip: 'true' } }],
    ["cf_day = DATE '2026-02-03'", { custom_fields: { day: '2026-02-03' } }],
    ["cf_at = '2026-02-03 09:00:00.5+09'", { custom_fields: { at: '2026-02-03T00:00:00.5Z' } }],
    ["cf_at = '2026-02-03 09:00+09'", { custom_fields: { at: '2026-02-03T00:00:00Z' } }],
    ["cf_by = 'Ana'", { custom_fields: { by: 'u1' } }],
    ["cf_by_id = 'u3'", { custom_fields: { by: 'u3' } }],
    [
      "cf_note = 'x', cf_tier = 'Gold', title = 'y'",
      { title: 'y', custom_fields: { note: 'x', tier: 'gold' } },
    ],
    [
      `custom_fields = custom_fields - 'note' || '{"vip": "true"}'`,
      { custom_fields: { note: null, vip: 'true' } },
    ],
    [
      `${ODD_COLUMN}" = 'Ana', ${ODD_COLUMN}s" = '{Gold}'`,
      { custom_fields: { [ODD]: 'u1', [`${ODD}s`]: ['gold'] } },
    ],
    // What is as it was is not written, though a whole row is saved.
    [
      'cf_tier = cf_tier, cf_areas = cf_areas, assignee_name = assignee_name, created_at = created_at, cf_amount = 1.5',
      undefined,
    ],
  ])('SET %s', async ([assignments, changes]) => {
    expect(await asked(assignments)).toEqual(changes);
  });
});

describe('an UPDATE of a view is refused', () => {
  test.for<[assignments: string, message: string, more: Record<string, string>]>([
    [
      "assignee_name = 'Ben'",
      'fits more than one row of pylon.users',
      { detail: 'u2 (Ben, ben@acme.com), u3 (Ben, ben@other.com)' },
    ],
    ["assignee_name = 'Gone'", "assignee_name 'Gone' fits no row of pylon.users", { code: '23514' }],
    [
      "assignee_name = 'Ana', assignee_email = 'ben@acme.com'",
      'fits no row of pylon.users',
      { code: '23514' },
    ],
    ["assignee_id = 'u2', assignee_name = 'Ana'", 'says something else than another column', {}],
    ["account_name = 'ACME'", 'fits more than one row of pylon.accounts', { detail: 'a1 (Acme), a2 (acme)' }],
    ["cf_tier = 'Twin'", 'more than one option is called "Twin"', { detail: 'Their slugs: one, two' }],
    ["cf_tier = 'Gold', cf_tier_slug = 'one'", 'says something else', { code: '23514' }],
    ["cf_tier_slug = 'Gold'", 'takes slugs: "Gold" is the label of "gold"', { code: '23514' }],
    ["cf_areas_slugs = '{Gold}'", 'takes slugs', { code: '23514' }],
    ["cf_day = 'infinity'", 'takes a date of the years 2 to 9999', { code: '23514' }],
    ["cf_at = '-infinity'", 'takes an instant of the years 2 to 9999', { code: '23514' }],
    ["cf_gone = 'x'", 'Pylon has no more or with another type', { code: '0A000' }],
    ["body_text = 'x'", 'it is computed from body_html of pylon.issues', { code: '0A000' }],
    ["parent_issue_title = 'x'", 'it shows title of pylon.issues', { code: '0A000' }],
    ["state_category = 'closed'", 'it is computed from state of pylon.issues', { code: '0A000' }],
    // What the table refuses, it refuses here.
    ["link = 'x'", 'column "link" of pylon.issues cannot be changed', { code: '0A000' }],
    ["id = 'x'", 'column "id" of pylon.issues cannot be changed', { code: '0A000' }],
    ["synced_at = now() + interval '1 day'", 'column "_synced_at" of pylon.issues cannot be changed', {}],
    ["custom_fields = '[]'", 'custom_fields of pylon.issues takes an object', { code: '23514' }],
    ["tags = '{{a},{b}}'", 'column "tags" of pylon.issues takes a list of texts', { code: '23514' }],
  ])('SET %s', async ([assignments, message, more]) => {
    const error = await refusal(`UPDATE pylon_bi.issues SET ${assignments} WHERE number = 1`);
    expect(error).toMatchObject({ message: expect.stringContaining(message), ...more });
  });

  test('and INSERT and DELETE name the table', async () => {
    for (const [statement, message] of [
      [
        "INSERT INTO pylon_bi.issues (title) VALUES ('x')",
        'INSERT of pylon_bi.issues is refused: it shows pylon.issues',
      ],
    ] as const)
      expect((await refusal(statement)).message).toBe(message);
    await client.query('ROLLBACK; BEGIN');
    expect((await refusal('DELETE FROM pylon_bi.issues')).hint).toBe(
      'Change pylon.issues, and Pylon follows.',
    );
  });
});

test('RETURNING and the view show what was set, at once', async () => {
  const columns =
    'assignee_id, assignee_email, cf_tier, cf_tier_slug, cf_areas_slugs, state, custom_fields -> $$by$$ AS by';
  const shown = {
    ...{ assignee_id: 'u1', assignee_email: 'ana@acme.com', cf_tier: 'Gold', cf_tier_slug: 'gold' },
    ...{ cf_areas_slugs: ['gold'], state: 'closed', by: 'u1' },
  };
  const { rows } = await client.query(
    `UPDATE pylon_bi.issues AS i SET assignee_email = 'ana@acme.com', cf_tier = 'gold', cf_areas = '{Gold}', state_label = given.label,
            cf_by = 'Ana'
       FROM (VALUES ('Done')) AS given(label) WHERE number = 1 RETURNING ${columns}`,
  );
  expect(rows).toEqual([shown]);
  expect((await client.query(`SELECT ${columns} FROM pylon_bi.issues WHERE number = 1`)).rows).toEqual([
    shown,
  ]);
  await client.query("UPDATE pylon_bi.issues SET assignee_email = 'ben@other.com' WHERE number = 1");
  expect((await client.query('SELECT assignee_id FROM pylon.issues WHERE number = 1')).rows).toEqual([
    { assignee_id: 'u3' },
  ]);
});

test('a list that begins at another place than the first is changed like any other', async () => {
  await client.query("UPDATE pylon.issues SET tags = '[0:1]={a,b}' WHERE number = 1");
  await client.query("UPDATE pylon_bi.issues SET tags = '{c}' WHERE number = 1");
  expect((await edits()).at(-1)).toMatchObject({ changes: { tags: ['c'] } });
});

test('functions say all in ASCII, which every client’s encoding has', async () => {
  const { rows } = await client.query(`
    SELECT DISTINCT word[1] FROM pg_proc CROSS JOIN LATERAL regexp_matches(prosrc, '[^\\x01-\\x7f]', 'g') AS word
     WHERE pronamespace IN ('pylon'::regnamespace, 'pylon_sync'::regnamespace, 'pylon_bi'::regnamespace)`);
  // The name of a custom field.
  expect(rows).toEqual([{ word: 'ü' }]);
});

test('one statement makes an edit of each row, and a row that it meets twice is written once', async () => {
  await client.query(
    "UPDATE pylon_bi.issues AS i SET title = 'x' || given.n FROM generate_series(1, 2) AS given(n) WHERE i.number > 2",
  );
  expect((await edits()).map(({ record_id }) => record_id).sort()).toEqual(['i3', 'i4']);
});
