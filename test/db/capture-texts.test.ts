import { expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { test } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';

const ROW = `
  INSERT INTO pylon.accounts (id, name, custom_fields, _hash)
  VALUES ('a1', 'One', '{"seats": "300", "live": "true", "number": 7, "plans": ["1"]}', 'h');
  INSERT INTO pylon.custom_fields (id, object_type, slug, is_read_only, _hash)
  SELECT slug, 'account', slug, false, 'h' FROM unnest('{seats,live,number,plans}'::text[]) AS slug;`;

/** Given to a field, what the row shows of it at once, what Pylon is to be sent: nothing where it holds that. */
const CASES: readonly (readonly [slug: string, json: string, shown: unknown, sent: unknown])[] = [
  ['seats', '300', '300', undefined],
  ['live', 'true', 'true', undefined],
  ['number', '"7"', 7, undefined],
  ['plans', '[1]', ['1'], undefined],
  ['seats', '301', '301', '301'],
  ['seats', '9007199254740993', '9007199254740993', '9007199254740993'],
  ['seats', '0.1000000000000000055511', '0.1000000000000000055511', '0.1000000000000000055511'],
  ['seats', '1.50', '1.50', '1.50'],
  ['seats', '1e30', `1${'0'.repeat(30)}`, `1${'0'.repeat(30)}`],
  ['live', 'false', 'false', 'false'],
  ['number', '9007199254740993', '9007199254740993', '9007199254740993'],
  [
    'plans',
    '["1", 9007199254740993, false]',
    ['1', '9007199254740993', 'false'],
    ['1', '9007199254740993', 'false'],
  ],
];

test('custom fields are shown and queued as the texts that Pylon keeps, every digit of them', async ({
  database: { pool },
}) => {
  await asDaemon(pool, ROW);
  for (const [slug, json, shown, sent] of CASES) {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const { rows } = await client.query(
        `UPDATE pylon.accounts SET custom_fields = custom_fields || jsonb_build_object($1::text, $2::jsonb)
         RETURNING custom_fields -> $1 AS shown, _synced_at = statement_timestamp() AS stamped`,
        [slug, json],
      );
      const edits = await client.query('SELECT changes, base FROM pylon_sync.edits');
      expect({ slug, json, shown: rows[0].shown, stamped: rows[0].stamped, edits: edits.rows }).toMatchObject(
        {
          ...{ slug, json, shown, stamped: sent !== undefined },
          edits: sent === undefined ? [] : [{ changes: { custom_fields: { [slug]: sent } } }],
        },
      );
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }
});

test('a new row shows its custom fields as texts too', async ({ database }) => {
  await asDaemon(database.pool, ROW);
  await allowOperations(database, 'create');
  const { rows } = await database.pool.query(
    `INSERT INTO pylon.accounts (name, custom_fields) VALUES ('New', '{"seats": 9007199254740993, "plans": [1, true]}')
     RETURNING custom_fields`,
  );
  const custom_fields = { seats: '9007199254740993', plans: ['1', 'true'] };
  expect(rows).toEqual([{ custom_fields }]);
  expect((await database.pool.query('SELECT changes FROM pylon_sync.edits')).rows).toMatchObject([
    { changes: { custom_fields } },
  ]);
});
