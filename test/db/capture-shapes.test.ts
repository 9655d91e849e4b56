import { describe, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { type TestDatabase, test } from '../helpers/database.ts';
import { allowOperations, refusalOf } from '../helpers/edit-permissions.ts';

const ROWS = `
  INSERT INTO pylon.issues (id, title, tags, custom_fields, _hash) VALUES ('i1', 'One', '{a}', '{}', 'h');
  INSERT INTO pylon.accounts (id, name, custom_fields, _hash) VALUES ('a1', 'One', '{}', 'h');
  INSERT INTO pylon.contacts (id, name, _hash) VALUES ('c1', 'One', 'h');
  INSERT INTO pylon.teams (id, name, _hash) VALUES ('t1', 'One', 'h');
  INSERT INTO pylon.tasks (id, title, _hash) VALUES ('k1', 'One', 'h');
  INSERT INTO pylon.projects (id, name, _hash) VALUES ('p1', 'One', 'h');
  INSERT INTO pylon.milestones (id, name, project_id, _hash) VALUES ('s1', 'One', 'p1', 'h');
  INSERT INTO pylon.articles (id, title, knowledge_base_id, _hash) VALUES ('r1', 'One', 'b1', 'h');
  INSERT INTO pylon.macros (id, name, _hash) VALUES ('m1', 'One', 'h');
  INSERT INTO pylon.custom_fields (id, object_type, slug, is_read_only, _hash)
  VALUES ('f1', 'issue', 'tier', false, 'h'), ('f2', 'account', 'tier', false, 'h');`;

const TEXTS = 'a list of texts, in one dimension and without NULL';
const CASES: readonly (readonly [statement: string, message: string])[] = [
  ...(
    [
      ['issues', 'tags'],
      ['accounts', 'tags'],
      ['accounts', 'domains'],
      ['contacts', 'emails'],
      ['contacts', 'phone_numbers'],
      ['teams', 'user_ids'],
      ['articles', 'tag_ids'],
    ] as const
  ).flatMap(([table, column]) =>
    [`array_append(${column}, NULL)`, "ARRAY[['a', 'b']]"].map(
      (value) =>
        [
          `UPDATE pylon.${table} SET ${column} = ${value}`,
          `column "${column}" of pylon.${table} takes ${TEXTS}`,
        ] as const,
    ),
  ),
  [
    `INSERT INTO pylon.accounts (name, tags) VALUES ('New', '{a,NULL}')`,
    `column "tags" of pylon.accounts takes ${TEXTS}`,
  ],
  ...[`'null'`, `'"x"'`, `'["x"]'`, `'[[{}]]'`, `'[null]'`, `'{}'`].map(
    (value) =>
      [
        `UPDATE pylon.accounts SET external_ids = ${value}`,
        'column "external_ids" of pylon.accounts takes a list of objects',
      ] as const,
  ),
  [
    `UPDATE pylon.accounts SET channels = '[1]'`,
    'column "channels" of pylon.accounts takes a list of objects',
  ],
  ...[`'null'`, `'"x"'`, `'[]'`].map(
    (value) =>
      [
        `UPDATE pylon.articles SET visibility_config = ${value}`,
        'column "visibility_config" of pylon.articles takes an object',
      ] as const,
  ),
  [`UPDATE pylon.macros SET visibility = '7'`, 'column "visibility" of pylon.macros takes an object'],
  ...[`{"a": 1}`, `["a", null]`, `[["a"]]`, `[{}]`].map(
    (value) =>
      [
        `UPDATE pylon.issues SET custom_fields = custom_fields || '{"tier": ${value}}'`,
        'custom field of pylon.issues: "tier" takes a value or a list of values',
      ] as const,
  ),
  ...[`'infinity'`, `'-infinity'`, `'0044-03-15 BC'`, `'12026-01-01'`, `'0001-01-01Z'`].map(
    (value) =>
      [
        `UPDATE pylon.tasks SET due_date = ${value}`,
        'column "due_date" of pylon.tasks takes an instant of the years 2 to 9999: the first year stands for no time',
      ] as const,
  ),
  ...[`'infinity'`, `'0044-03-15 BC'`].flatMap((value) =>
    (
      [
        [
          'tasks',
          'due_date',
          `INSERT INTO pylon.tasks (title, due_date) VALUES ('New', ${value}) ON CONFLICT DO NOTHING`,
        ],
        ['milestones', 'due_date', `UPDATE pylon.milestones SET due_date = ${value}`],
        [
          'milestones',
          'due_date',
          `INSERT INTO pylon.milestones (name, project_id, due_date) VALUES ('New', 'p1', ${value})`,
        ],
        ['projects', 'start_date', `UPDATE pylon.projects SET start_date = ${value}`],
        [
          'issues',
          'created_at',
          `INSERT INTO pylon.issues (title, body_html, account_id, created_at) VALUES ('New', 'x', 'a1', ${value})`,
        ],
      ] as const
    ).map(
      ([table, column, statement]) =>
        [
          statement,
          `column "${column}" of pylon.${table} takes an instant of the years 2 to 9999: the first year stands for no time`,
        ] as const,
    ),
  ),
  ...[`'infinity'`, `'-infinity'`, `'0044-03-15 BC'`, `'12026-01-01'`, `'0001-01-01Z'`].map(
    (value) =>
      [
        `SELECT pylon.snooze_issue('i1', ${value})`,
        'until of pylon.snooze_issue takes an instant of the years 2 to 9999: the first year stands for no time',
      ] as const,
  ),
  [
    `SELECT pylon.follow_issue('i1', user_ids => '{u1,NULL}')`,
    `user_ids of pylon.follow_issue takes ${TEXTS}`,
  ],
  [`SELECT pylon.merge_accounts('a1', ARRAY[['a2'], ['a3']])`, `ids of pylon.merge_accounts takes ${TEXTS}`],
  [
    `SELECT pylon.set_macro_conditions('m1', 'null')`,
    'conditions of pylon.set_macro_conditions takes an object',
  ],
];

const edits = async ({ pool }: TestDatabase) => (await pool.query('SELECT FROM pylon_sync.edits')).rowCount;

describe('a statement', () => {
  test('is refused where Pylon has no form for what it gives, and says what there is one for', async ({
    database,
  }) => {
    await asDaemon(database.pool, ROWS);
    await allowOperations(database, 'update', 'create', 'delete', 'message');
    for (const [statement, message] of CASES)
      expect({ statement, ...(await refusalOf(database, statement)) }).toMatchObject({
        ...{ statement, message, code: '23514' },
      });
    expect(await edits(database)).toBe(0);
  });

  test('is taken with lists, empty ones, NULL for a list, and plain custom fields', async ({ database }) => {
    await asDaemon(database.pool, ROWS);
    for (const statement of [
      `UPDATE pylon.issues SET tags = '{b}'`,
      `UPDATE pylon.issues SET tags = '{}'`,
      `UPDATE pylon.accounts SET tags = '{a}'`,
      `UPDATE pylon.accounts SET tags = NULL`,
      `UPDATE pylon.accounts SET external_ids = '[{"external_id": "x"}]'`,
      `UPDATE pylon.accounts SET external_ids = NULL`,
      `UPDATE pylon.issues SET custom_fields = '{"tier": ["a", 1, true]}'`,
      `UPDATE pylon.issues SET custom_fields = '{"tier": null}'`,
      `UPDATE pylon.tasks SET due_date = '9999-12-31'`,
    ])
      await database.pool.query(statement);
    expect(await edits(database)).toBe(9);
  });
});
