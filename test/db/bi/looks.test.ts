import { describe, expect } from 'vitest';
import { createDatabase, type TestDatabase, test } from '../../helpers/database.ts';
import { define, install } from '../../helpers/fields.ts';
import { statementsOf } from '../../helpers/statements.ts';

/** Installs the views until nothing is left to do, as each read of the lists does. */
async function settle(database: TestDatabase): Promise<void> {
  while ((await install(database)).made.length > 0);
}

/** How often the columns of all views are read while they are followed once. */
const reads = async (database: TestDatabase): Promise<number> =>
  (await statementsOf('col_description(attrelid, attnum)', () => install(database))).length;

describe('views that have their form', () => {
  test('are not read again while nothing changes', async ({ database }) => {
    await settle(database);
    expect(await reads(database)).toBe(0);
  });

  test.for<[what: string, statement: string]>([
    ['one is gone', 'DROP VIEW pylon_bi.tags'],
    ['one is there once more', 'CREATE VIEW pylon_bi.mine AS SELECT 1 AS one'],
    ['a column has another name', 'ALTER VIEW pylon_bi.tags RENAME COLUMN value TO mine'],
    ['one has an option', 'ALTER VIEW pylon_bi.tags SET (security_barrier)'],
    ['somebody says what one is', "COMMENT ON VIEW pylon_bi.tags IS 'mine'"],
    ['somebody says what a column is', "COMMENT ON COLUMN pylon_bi.tags.value IS 'mine'"],
    ['nobody says what a column is', 'COMMENT ON COLUMN pylon_bi.tags.value IS NULL'],
    [
      'it is noted that one has another form',
      "UPDATE pylon_sync.settings SET value = value - 'pylon_bi.tags' WHERE key = 'views'",
    ],
  ])('are read again once %s', async ([, statement], { database }) => {
    await settle(database);
    await database.pool.query(statement);
    expect(await reads(database)).toBeGreaterThan(0);
    await settle(database);
    expect(await reads(database)).toBe(0);
  });

  test('are read again for a field that is new, or has other words', async ({ database }) => {
    await settle(database);
    await define(database, "('1', 'issue', 'plan', 'text', 'Plan', NULL)");
    expect((await install(database)).made).toEqual(['pylon_bi.issues']);
    await settle(database);
    await database.pool.query(
      "BEGIN; SET LOCAL pylon_sync.daemon = 'on'; UPDATE pylon.custom_fields SET label = 'Other'; COMMIT",
    );
    expect((await install(database)).made).toEqual(['pylon_bi.issues']);
  });

  test('are not those of another database', async ({ database }) => {
    await settle(database);
    const other = await createDatabase();
    expect(await reads(other)).toBeGreaterThan(0);
    await other.drop();
  });
});
