import { expect } from 'vitest';
import { views } from '../../../src/db/bi/all.ts';
import { MOST_COLUMNS } from '../../../src/db/bi/columns.ts';
import { migrate } from '../../../src/db/schema/migrate.ts';
import { attentionOf } from '../../../src/db/status/attention.ts';
import { readStatus } from '../../../src/db/status/status.ts';
import { asDaemon, inDaemonTransaction } from '../../helpers/as-daemon.ts';
import { test } from '../../helpers/database.ts';
import { columnsOf, define, install } from '../../helpers/fields.ts';

test('a view without room for more custom fields leaves these out by name, and neither others nor an upgrade fail', {
  timeout: 60_000,
}, async ({ database }) => {
  const { pool } = database;
  // Each is two columns. With those of the view itself they are more than Postgres takes.
  await asDaemon(
    pool,
    `INSERT INTO pylon.custom_fields (id, object_type, slug, type, label, created_at)
     SELECT 'f' || n, 'account', 'field_' || n, 'select', 'Field', '2026-01-01'::timestamptz + n * interval '1 minute'
       FROM generate_series(1, 820) AS n`,
  );
  await define(database, "('seats', 'issue', 'seats', 'number', 'Seats', NULL)");
  const { made, troubles } = await install(database);
  expect(made).toEqual(expect.arrayContaining(['pylon_bi.accounts', 'pylon_bi.issues']));
  expect(await columnsOf(database, 'issues')).toContain('cf_seats');

  const columns = await columnsOf(database, 'accounts');
  const own = Object.keys(views.find(({ name }) => name === 'accounts')?.columns ?? {}).length;
  const held = Math.floor((MOST_COLUMNS - own) / 2);
  expect(columns).toHaveLength(own + 2 * held);
  expect(troubles).toMatchObject([{ relation: 'pylon_bi.accounts', because: null }]);
  const leftOut = troubles[0]?.left_out ?? [];
  expect(new Set(leftOut).size).toBe(820 - held);
  for (const slug of leftOut) expect(columns).not.toContain(`cf_${slug}`);
  const [named] = attentionOf(
    await inDaemonTransaction(pool, (orm) => readStatus({ orm } as never, [], new Map())),
  );
  expect(named?.what).toContain(`pylon_bi.accounts has no room for the custom fields ${leftOut[0]}, `);
  const { rows } = await pool.query("SELECT obj_description('pylon_bi.accounts'::regclass) AS comment");
  expect(rows[0]?.comment).toContain(`It has no room for the custom fields ${leftOut[0]}, `);

  expect(await install(database)).toMatchObject({ made: [], isNews: false });
  // As a version does that has other views: whatever is noted of them is not its own.
  await pool.query("DELETE FROM pylon_sync.settings WHERE key = 'views'");
  await migrate(pool);
  expect(await columnsOf(database, 'accounts')).toEqual(columns);
});
