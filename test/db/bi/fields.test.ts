import { randomUUID } from 'node:crypto';
import { drizzle } from 'drizzle-orm/node-postgres';
import { describe, expect, test as plain } from 'vitest';
import { readFields } from '../../../src/db/bi/columns.ts';
import { type FieldColumn, type FieldDefinition, newColumns, typeOf } from '../../../src/db/bi/fields.ts';
import { asDaemon, inDaemonTransaction } from '../../helpers/as-daemon.ts';
import { type TestDatabase, test } from '../../helpers/database.ts';
import { define, install as installAll } from '../../helpers/fields.ts';

const field = (slug: string, type = 'text', object_type = 'issue'): FieldDefinition => ({
  ...{ object_type, slug, type, label: null, description: null, options: null },
});

describe('names of columns', () => {
  const names = (definitions: readonly FieldDefinition[], known: readonly FieldColumn[] = []) =>
    newColumns(definitions, known).map(({ name }) => name);

  plain.for<[slug: string, names: readonly string[]]>([
    ['plan', ['cf_plan']],
    ['select', ['cf_select']],
    ['with "quotes" and spaces', ['cf_with "quotes" and spaces']],
    ['größe', ['cf_größe']],
    ['a'.repeat(200), [`cf_${'a'.repeat(51)}_c2a908d9`]],
    ['ü'.repeat(200), [`cf_${'ü'.repeat(25)}_cf0c8a3c`]],
  ])('of %s', ([slug, expected]) => {
    const made = names([field(slug)]);
    expect(made.map((name) => name.replace(/_[0-9a-f]{8}$/, '_…'))).toEqual(
      expected.map((name) => name.replace(/_[0-9a-f]{8}$/, '_…')),
    );
    for (const name of made) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  });

  plain('are unique where slugs would meet, and each object type has its own', () => {
    expect(names([field('plan', 'select'), field('plan_slug'), field('plan', 'text', 'account')])).toEqual([
      ...['cf_plan', 'cf_plan_slug'],
      ...['cf_plan_slug_2', 'cf_plan'],
    ]);
    const long = 'x'.repeat(100);
    expect(new Set(names([field(`${long}1`), field(`${long}2`)])).size).toBe(2);
  });

  plain('stay, and another type has another', () => {
    const known = newColumns([field('plan')], []);
    expect(names([field('plan')], known)).toEqual([]);
    expect(names([field('plan', 'number')], known)).toEqual(['cf_plan_numeric']);
    expect(newColumns([field('plan', 'datetime')], known).map(typeOf)).toEqual(['timestamp with time zone']);
  });
});

const install = async (database: TestDatabase) =>
  (await installAll(database)).made.map((name) => name.replace(/^pylon_bi\./, ''));

const OPTIONS = `'{"options": [{"label": "Gold", "slug": "gold"}, {"label": "It''s 1", "slug": "one"}]}'`;

test('values are typed, and null where they are not what their field is to be', async ({ database }) => {
  await define(
    database,
    `('1', 'issue', 'amount', 'number', 'Amount', NULL), ('2', 'issue', 'vip', 'boolean', 'VIP', NULL),
     ('3', 'issue', 'day', 'date', 'Day', NULL), ('4', 'issue', 'at', 'datetime', 'At', NULL),
     ('5', 'issue', 'tier', 'select', 'Tier', ${OPTIONS}), ('6', 'issue', 'areas', 'multiselect', 'Areas', ${OPTIONS}),
     ('7', 'issue', 'by', 'user', 'By', NULL), ('8', 'issue', 'note', 'text', 'Note', NULL)`,
  );
  const rows = [
    {
      given: {
        amount: '1.5',
        vip: 'true',
        day: '2026-02-28',
        at: '2026-02-28T10:00:00+02:00',
        tier: 'gold',
        areas: ['one', 'gold'],
        by: 'u1',
        note: 'x',
      },
      shown: [
        '1.5',
        true,
        '2026-02-28',
        '2026-02-28 08:00:00+00',
        'Gold',
        'gold',
        '{"It\'s 1",Gold}',
        '{one,gold}',
        'Ann',
        'u1',
        'x',
      ],
    },
    {
      given: {
        amount: 'many',
        vip: 'perhaps',
        day: '2026-02-30',
        at: '2026-13-01T00:00:00Z',
        tier: 'lead',
        areas: 'one',
        by: 'gone',
        note: '',
      },
      shown: [null, null, null, null, 'lead', 'lead', '{"It\'s 1"}', '{one}', null, 'gone', ''],
    },
    {
      given: {
        amount: '1e400',
        vip: 'TRUE',
        day: '2026-02-28T23:00:00Z',
        at: '2026-02-28',
        tier: ['gold'],
        areas: [],
        note: null,
      },
      shown: [
        null,
        true,
        '2026-02-28',
        '2026-02-28 00:00:00+00',
        '["gold"]',
        '["gold"]',
        null,
        '{}',
        null,
        null,
        null,
      ],
    },
    // Postgres has no such zone, and one value must not fail the view.
    {
      given: { at: '2026-01-01T10:00:00+99:00', amount: '-.5', vip: '', day: '0000-01-01' },
      shown: ['-0.5', ...Array(10).fill(null)],
    },
    { given: null, shown: Array(11).fill(null) },
  ];
  await database.pool.query('SET TIME ZONE UTC');
  await asDaemon(
    database.pool,
    `INSERT INTO pylon.users (id, name) VALUES ('u1', 'Ann');
     ${rows.map(({ given }, n) => `INSERT INTO pylon.issues (id, number, custom_fields) VALUES ('i${n}', ${n}, ${given === null ? 'NULL' : `'${JSON.stringify(given).replaceAll("'", "''")}'`})`).join(';')}`,
  );
  await install(database);
  const { rows: shown } = await database.pool.query({
    text: `SELECT cf_amount::text, cf_vip, cf_day::text, to_char(cf_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00',
                  cf_tier, cf_tier_slug, cf_areas::text, cf_areas_slugs::text, cf_by, cf_by_id, cf_note
             FROM pylon_bi.issues ORDER BY number`,
    rowMode: 'array',
  });
  expect(shown).toEqual(rows.map(({ shown }) => shown));
  const { rows: types } = await database.pool.query(`
    SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = 'pylon_bi.issues'::regclass AND attname LIKE 'cf\\_%' ORDER BY attnum`);
  expect(types.map(({ attname, type }) => `${attname} ${type}`).sort()).toEqual([
    ...[
      'cf_amount numeric',
      'cf_areas text[]',
      'cf_areas_slugs text[]',
      'cf_at timestamp with time zone',
      'cf_by text',
    ],
    ...[
      'cf_by_id text',
      'cf_day date',
      'cf_note text',
      'cf_tier text',
      'cf_tier_slug text',
      'cf_vip boolean',
    ],
  ]);
});

test('slugs that are hostile come out quoted, unique and the same', async ({ database }) => {
  const slugs = [
    'select',
    'a"b',
    "a'b",
    'a b',
    'größe',
    '日本語',
    'x'.repeat(200),
    `${'x'.repeat(199)}y`,
    '$1',
    '%I',
    '\\',
    '--',
    '*/',
    'A',
    'a',
    'id',
    "'); DROP TABLE pylon.issues; --",
  ];
  await database.pool.query('SELECT 1');
  const client = await database.pool.connect();
  await client.query("BEGIN; SELECT set_config('pylon_sync.daemon', 'on', true)");
  for (const [n, slug] of slugs.entries())
    await client.query(
      "INSERT INTO pylon.custom_fields (id, object_type, slug, type, label, select_metadata) VALUES ($1, 'issue', $2, 'select', $2, $3)",
      [`f${n}`, slug, JSON.stringify({ options: [{ slug, label: slug }] })],
    );
  const values = Object.fromEntries(slugs.map((slug) => [slug, slug]));
  await client.query('INSERT INTO pylon.issues (id, custom_fields) VALUES ($1, $2)', [
    'i',
    JSON.stringify(values),
  ]);
  await client.query('COMMIT');
  client.release();
  await install(database);
  const shown = async () => {
    const { rows } = await database.pool.query('SELECT * FROM pylon_bi.issues');
    return Object.entries(rows[0]).filter(([name]) => name.startsWith('cf_'));
  };
  const first = await shown();
  expect(first).toHaveLength(2 * slugs.length);
  expect(first.map(([, value]) => value).sort()).toEqual([...slugs, ...slugs].sort());
  expect(await install(database)).toEqual([]);
  expect(await shown()).toEqual(first);
});

test('grants, and views that users built, outlast ten rounds of changes', async ({ database }) => {
  // Roles belong to the server, which other tests share.
  const role = `bi_${randomUUID().replaceAll('-', '')}`;
  await database.pool.query(`
    CREATE ROLE ${role} NOLOGIN; GRANT USAGE ON SCHEMA pylon_bi TO ${role}`);
  try {
    await define(database, "('f0', 'issue', 'field_0', 'text', 'Field', NULL)");
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issues (id, custom_fields) VALUES ('i', '{"field_0": "kept"}')`,
    );
    await install(database);
    await database.pool.query(`
      CREATE VIEW public.mine AS SELECT id, cf_field_0 FROM pylon_bi.issues;
      GRANT SELECT ON pylon_bi.issues TO ${role}`);
    let columns: readonly string[] = [];
    const look = async () => {
      const { rows } = await database.pool.query<{ column: string }>(`
        SELECT attname || ' ' || format_type(atttypid, atttypmod) AS column FROM pg_attribute
         WHERE attrelid = 'pylon_bi.issues'::regclass AND attnum > 0 ORDER BY attnum`);
      return rows.map(({ column }) => column);
    };
    columns = await look();
    for (let round = 1; round <= 10; round += 1) {
      await asDaemon(
        database.pool,
        `INSERT INTO pylon.custom_fields (id, object_type, slug, type, label)
         VALUES ('f${round}', 'issue', 'field_${round}', '${round % 2 === 0 ? 'number' : 'select'}', 'Field');
         UPDATE pylon.custom_fields SET _deleted_at = now() WHERE id = 'f${round - 2}';
         UPDATE pylon.custom_fields SET type = 'boolean' WHERE id = 'f${round - 1}';
         UPDATE pylon.custom_fields SET label = 'Renamed ${round}' WHERE id = 'f0'`,
      );
      expect(await install(database)).toEqual(['issues']);
      const after = await look();
      expect(after.slice(0, columns.length)).toEqual(columns);
      expect(after.length).toBeGreaterThan(columns.length);
      columns = after;
      const { rows } = await database.pool
        .query(`
        BEGIN; SET LOCAL ROLE ${role}; SELECT id FROM pylon_bi.issues; COMMIT; SELECT * FROM public.mine`)
        .then((results) => (results as unknown as { rows: unknown[] }[]).at(-1) ?? { rows: [] });
      // Its field became a boolean, and was deleted then.
      expect(rows).toEqual([{ id: 'i', cf_field_0: null }]);
    }
  } finally {
    await database.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test('a field that is gone leaves its column, null and saying so; one that comes back fills it again', async ({
  database,
}) => {
  await define(database, "('f', 'account', 'plan', 'text', 'Plan', NULL)");
  await asDaemon(
    database.pool,
    `INSERT INTO pylon.accounts (id, custom_fields) VALUES ('a', '{"plan": "gold"}')`,
  );
  const plan = async () => {
    await install(database);
    const { rows } = await database.pool.query(`
      SELECT cf_plan, col_description('pylon_bi.accounts'::regclass, (
        SELECT attnum FROM pg_attribute WHERE attrelid = 'pylon_bi.accounts'::regclass AND attname = 'cf_plan')) AS said
        FROM pylon_bi.accounts`);
    return rows[0];
  };
  expect(await plan()).toEqual({ cf_plan: 'gold', said: 'Custom field Plan (plan), text.' });
  await asDaemon(database.pool, 'UPDATE pylon.custom_fields SET _deleted_at = now()');
  expect(await plan()).toEqual({
    cf_plan: null,
    said: expect.stringContaining('not defined in Pylon any more'),
  });
  await asDaemon(database.pool, 'UPDATE pylon.custom_fields SET _deleted_at = NULL');
  expect(await plan()).toMatchObject({ cf_plan: 'gold' });
});

test('two passes that note a new field at once note it once', async ({ database }) => {
  await define(database, `('1', 'issue', 'plan', 'select', 'Plan', NULL)`);
  const first = await database.pool.connect();
  try {
    await first.query("BEGIN; SELECT set_config('pylon_sync.daemon', 'on', true)");
    const one = await readFields(drizzle({ client: first }));
    const other = inDaemonTransaction(database.pool, readFields);
    const waiting =
      'SELECT FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())';
    await expect.poll(async () => (await database.pool.query(waiting)).rowCount).toBe(1);
    await first.query('COMMIT');
    const names = ({ columns }: typeof one) => columns.map(({ name }) => name);
    expect(names(await other)).toEqual(names(one));
    expect(names(one)).toEqual(['cf_plan', 'cf_plan_slug']);
  } finally {
    first.release();
  }
});

test('options of fields of several options are rows, with their labels, of every kind of record', async ({
  database,
}) => {
  const kinds = ['issue', 'account', 'contact', 'task', 'project'];
  await define(
    database,
    kinds
      .map(
        (kind) =>
          `('${kind}1', '${kind}', 'areas', 'multiselect', 'Areas', ${OPTIONS}), ('${kind}2', '${kind}', 'tier', 'select', 'Tier', ${OPTIONS})`,
      )
      .join(', '),
  );
  await asDaemon(
    database.pool,
    `INSERT INTO pylon.issues (id, number, custom_fields) VALUES
       ('1', 1, '{"areas": ["one", "gold", "gone"], "tier": "gold"}'), ('2', 2, '{"areas": []}'), ('3', 3, '{"areas": null}');
     INSERT INTO pylon.issues (id, number, custom_fields, _deleted_at) VALUES ('4', 4, '{"areas": ["one"]}', now());
     INSERT INTO pylon.accounts (id, name, custom_fields) VALUES ('1', 'Acme', '{"areas": "one"}');
     INSERT INTO pylon.contacts (id, name, custom_fields) VALUES ('1', 'Ana', '{"areas": ["one"]}');
     INSERT INTO pylon.tasks (id, title, custom_fields) VALUES ('1', 'Call', '{"areas": ["one"]}');
     INSERT INTO pylon.projects (id, name, custom_fields) VALUES ('1', 'Launch', '{"areas": ["one"]}')`,
  );
  const options = async (kind: string) => {
    const { rows } = await database.pool.query(
      `SELECT ${kind}_id AS of, field_label, option_slug, option_label FROM pylon_bi.${kind}_field_options ORDER BY option_slug`,
    );
    return rows.map((row) => Object.values(row));
  };
  expect(await options('issue')).toEqual([
    ['1', 'Areas', 'gold', 'Gold'],
    ['1', 'Areas', 'gone', 'gone'],
    ['1', 'Areas', 'one', "It's 1"],
  ]);
  for (const kind of kinds.slice(1)) expect(await options(kind)).toEqual([['1', 'Areas', 'one', "It's 1"]]);
});
