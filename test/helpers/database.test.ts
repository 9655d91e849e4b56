import { describe, expect } from 'vitest';
import { createDatabase, test } from './database.ts';

describe('the database of a test', () => {
  test('is a migrated copy that other tests do not see', async ({ database }) => {
    const other = await createDatabase();
    try {
      await database.pool.query('CREATE TABLE public.mine ()');
      const count = "SELECT count(*)::int AS n FROM pg_class WHERE relname = $1 AND relkind = 'r'";
      expect((await other.pool.query(count, ['mine'])).rows).toEqual([{ n: 0 }]);
      expect((await other.pool.query(count, ['issues'])).rows).toEqual([{ n: 1 }]);
    } finally {
      await other.drop();
    }
  });

  test('is empty when that is asked for', async () => {
    const empty = await createDatabase({ migrated: false });
    try {
      const { rows } = await empty.pool.query("SELECT to_regnamespace('pylon') AS pylon");
      expect(rows).toEqual([{ pylon: null }]);
    } finally {
      await empty.drop();
    }
  });

  test('sorts by code point and knows its letters in UTF-8', async ({ database }) => {
    const { rows } = await database.pool.query(
      `SELECT current_setting('server_encoding') AS encoding, array(SELECT unnest('{b,ä,A,a,B}'::text[]) x ORDER BY x) AS sorted`,
    );
    expect(rows).toEqual([{ encoding: 'UTF8', sorted: ['A', 'B', 'a', 'b', 'ä'] }]);
  });
});
