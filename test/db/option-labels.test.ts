import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { describe, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { test as base, createDatabase, type TestDatabase } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { editsIn } from '../helpers/edits.ts';
import { knowsWhole } from '../helpers/knowledge.ts';

/** With a database for those tests that leave nothing in it. */
const test = base.extend<{ shared: TestDatabase }>({
  shared: [
    // biome-ignore lint/correctness/noEmptyPattern: it depends on no other fixture.
    async ({}, use) => {
      const database = await createDatabase();
      await use(database);
      await database.drop();
    },
    { scope: 'file' },
  ],
});

const TIERS = [
  { slug: 'gold', label: 'Gold' },
  { slug: 'silver', label: 'gold' },
  { slug: 'Bronze', label: 'Tin' },
  { slug: 'tin', label: 'Bronze' },
  { slug: 'straße', label: 'Große Straße' },
  { slug: 'eu', label: 'Same' },
  { slug: 'us', label: 'Same' },
];

describe('an option is read', () => {
  test.for([
    // word, as a table reads it, as a view reads it
    ['gold', ['gold'], ['silver']],
    ['Gold', ['gold'], ['gold']],
    ['GOLD', ['gold', 'silver'], ['gold', 'silver']],
    ['Bronze', ['Bronze'], ['tin']],
    ['Tin', ['Bronze'], ['Bronze']],
    ['TIN', ['Bronze'], ['Bronze']],
    ['GROßE STRAßE', ['straße'], ['straße']],
    ['Same', ['eu', 'us'], ['eu', 'us']],
    ['eu', ['eu'], ['eu']],
    ['platinum', [], []],
    ['', [], []],
  ] as const)('of the word %s', async ([word, inTable, inView], { shared }) => {
    const read = async (labelFirst: boolean) =>
      (
        await shared.pool.query('SELECT pylon_sync._read_option($1, $2, $3) AS slugs', [
          JSON.stringify(TIERS),
          word,
          labelFirst,
        ])
      ).rows[0]?.slugs;
    expect([await read(false), await read(true)]).toEqual([inTable, inView]);
  });
});

describe('a statement', () => {
  const options = JSON.stringify({
    options: [
      { slug: 'low', label: 'Low' },
      { slug: 'high', label: 'High' },
      { slug: 'odd', label: 'low' },
      { slug: 'eu', label: 'Same' },
      { slug: 'us', label: 'Same' },
    ],
  });
  const ROWS = `
    INSERT INTO pylon.issue_statuses (id, slug, label, is_archived)
    VALUES ('new', 'new', 'New', false), ('closed', 'closed', 'Done', false), ('old', 'old', 'Past', true), ('Done', 'Done', 'Twice', false),
           ('a', 'a', 'Twice', false), ('b', 'b', 'On it', false), ('gone', 'gone', 'Gone', false);
    UPDATE pylon.issue_statuses SET _deleted_at = now() WHERE id = 'gone';
    INSERT INTO pylon.custom_fields (id, object_type, slug, type, select_metadata, created_at)
    VALUES ('f1', 'issue', 'level', 'select', '${options}', now()), ('f2', 'issue', 'areas', 'multiselect', '${options}', now()),
           ('f3', 'issue', 'note', 'text', '${options}', now());
    INSERT INTO pylon.issues (id, number, title, state, custom_fields)
    VALUES ('i1', 1, 'One', 'new', '{"level": "high", "areas": ["low"]}')`;
  const fill = async (database: TestDatabase) => {
    await asDaemon(database.pool, ROWS);
    await allowOperations(database, 'update', 'create');
    for (const resource of ['issue_statuses', 'custom_fields']) await knowsWhole(database, resource);
  };

  test('reads labels, and its row shows the slugs at once', async ({ database }) => {
    await fill(database);
    const fields = async (given: object) =>
      (
        await database.pool.query(
          "UPDATE pylon.issues SET custom_fields = custom_fields || $1 WHERE id = 'i1' RETURNING custom_fields",
          [JSON.stringify(given)],
        )
      ).rows[0]?.custom_fields;
    expect(await fields({ level: 'HIGH' })).toEqual({ level: 'high', areas: ['low'] });
    expect(await editsIn(database)).toEqual([]);
    expect(await fields({ level: 'Low', areas: ['High', 'Low', 'high'], note: 'Low' })).toEqual({
      ...{ level: 'low', areas: ['high', 'low'], note: 'Low' },
    });
    expect(await fields({ level: ['High'], areas: 'Low' })).toEqual({
      level: 'high',
      areas: ['low'],
      note: 'Low',
    });
    expect(await fields({ level: null, areas: [], note: '' })).toMatchObject({ level: null, areas: [] });
    expect((await editsIn(database)).map(({ changes }) => changes.custom_fields)).toEqual([
      { level: 'low', areas: ['high', 'low'], note: 'Low' },
      { level: 'high', areas: ['low'] },
      { level: null, areas: [], note: '' },
    ]);

    const state = async (word: string) =>
      (await database.pool.query('UPDATE pylon.issues SET state = $1 RETURNING state', [word])).rows[0]
        ?.state;
    expect(await state('Done')).toBe('Done');
    expect(await state('DONE')).toBe('closed');
    expect(await state('on IT')).toBe('b');
    expect(await state('old')).toBe('old');
    await expect(state('Past')).rejects.toThrow('cannot be "Past": it takes Done, a, b, closed, new, as of');
    await expect(state('Gone')).rejects.toThrow('cannot be "Gone"');
    await expect(state('Twice')).rejects.toThrow('cannot be "Twice": it is the label of Done, a, as of');
    await expect(fields({ level: 'Same' })).rejects.toThrow(
      'cannot be "Same": it is the label of eu, us, as of',
    );
    await database.pool.query(`
      INSERT INTO pylon.issues (title, body_html, requester_email, state, custom_fields)
      VALUES ('T', 'b', 'a@b.example', 'On it', '{"level": "High"}')`);
    expect((await editsIn(database)).at(-1)?.changes).toMatchObject({
      state: 'b',
      custom_fields: { level: 'high' },
    });
    const client = await database.pool.connect();
    const stream = client.query(
      copyFrom('COPY pylon.issues (title, body_html, requester_email, state) FROM STDIN'),
    );
    await pipeline(['T\tb\ta@b.example\tON IT\n'], stream);
    const wrong = client.query(
      copyFrom('COPY pylon.issues (title, body_html, requester_email, state) FROM STDIN'),
    );
    await expect(pipeline(['T\tb\ta@b.example\tNope\n'], wrong)).rejects.toThrow('cannot be "Nope"');
    client.release();
    expect((await editsIn(database)).at(-1)?.changes).toMatchObject({ state: 'b' });
  });

  test('sends words as they are where the session wants it so', async ({ database }) => {
    await fill(database);
    await database.pool.query(
      `BEGIN; SET LOCAL pylon_sync.validate = off;
       UPDATE pylon.issues SET state = 'DONE', custom_fields = '{"level": "Low", "areas": "High"}'; COMMIT`,
    );
    expect((await editsIn(database))[0]?.changes).toEqual({
      state: 'DONE',
      custom_fields: { level: 'Low', areas: 'High' },
    });
  });

  test('of very many rows is read and checked like one of few', async ({ database }) => {
    await fill(database);
    await asDaemon(
      database.pool,
      "INSERT INTO pylon.issues (id, title, state) SELECT 'm' || n, 'M', 'new' FROM generate_series(1, 2500) AS n",
    );
    const { rows } = await database.pool.query(
      "WITH u AS (UPDATE pylon.issues SET state = 'DONE' RETURNING state) SELECT DISTINCT state FROM u",
    );
    expect(rows).toEqual([{ state: 'closed' }]);
    await expect(
      database.pool.query("UPDATE pylon.issues SET state = CASE id WHEN 'm2500' THEN 'nope' ELSE 'new' END"),
    ).rejects.toThrow('cannot be "nope"');
  });
});
