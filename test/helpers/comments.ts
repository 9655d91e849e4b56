import { expect } from 'vitest';
import type { TestDatabase } from './database.ts';

/** Everything that people read has a comment: schemas, tables, views and their columns. */
export async function expectComments({ pool }: TestDatabase): Promise<void> {
  const { rows } = await pool.query<{ what: string }>(`
    SELECT nspname AS what FROM pg_namespace
     WHERE nspname IN ('pylon', 'pylon_bi', 'pylon_sync') AND coalesce(obj_description(oid, 'pg_namespace'), '') = ''
     UNION ALL
    SELECT format('%s.%s', nspname, relname)
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE (nspname IN ('pylon', 'pylon_bi') AND relkind IN ('r', 'v') OR (nspname, relname) = ('pylon_sync', 'edits'))
       AND coalesce(obj_description(pg_class.oid, 'pg_class'), '') = ''
     UNION ALL
    SELECT format('%s.%s.%s', nspname, relname, attname)
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
     WHERE (nspname IN ('pylon', 'pylon_bi') AND relkind IN ('r', 'v') OR (nspname, relname) = ('pylon_sync', 'edits'))
       AND coalesce(col_description(pg_class.oid, attnum), '') = ''
     ORDER BY 1`);
  expect(rows.map(({ what }) => what)).toEqual([]);
}
