import type pg from 'pg';
import { type Pool, readStatement } from '../connection/atomic.ts';
import { keyOf, type Part, type PartKind } from './part.ts';

const SCHEMAS = ['pylon', 'pylon_sync', 'pylon_bi'];

/** The keys (`keyOf`) of the parts that exist in a database, without disabled triggers and policies. */
export async function standing(db: Pick<pg.ClientBase, 'query'>): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<Part & { kind: PartKind }>(
    `WITH ours AS (SELECT oid, nspname AS schema FROM pg_namespace WHERE nspname = ANY ($1)),
          relations AS (SELECT c.oid, ours.schema, c.relname AS name, c.relkind FROM pg_class AS c JOIN ours ON ours.oid = c.relnamespace)
     SELECT 'schema' AS kind, schema, '' AS "table", schema AS name FROM ours
      UNION ALL SELECT 'table', schema, name, name FROM relations WHERE relkind IN ('r', 'p')
      UNION ALL SELECT 'view', schema, '', name FROM relations WHERE relkind = 'v'
      UNION ALL SELECT 'index', schema, '', name FROM relations WHERE relkind IN ('i', 'I')
      UNION ALL SELECT 'column', r.schema, r.name, a.attname FROM relations AS r JOIN pg_attribute AS a ON a.attrelid = r.oid
                 WHERE r.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
      UNION ALL SELECT 'constraint', r.schema, r.name, k.conname FROM relations AS r JOIN pg_constraint AS k ON k.conrelid = r.oid
      UNION ALL SELECT 'trigger', r.schema, r.name, t.tgname FROM relations AS r JOIN pg_trigger AS t ON t.tgrelid = r.oid
                 WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'
      UNION ALL SELECT 'policy', r.schema, r.name, p.polname FROM relations AS r JOIN pg_policy AS p ON p.polrelid = r.oid
                  JOIN pg_class AS c ON c.oid = r.oid WHERE c.relrowsecurity
      UNION ALL SELECT 'function', schema, '', name || CASE WHEN place > 1 THEN format(' (%s)', place) ELSE '' END
                  FROM (SELECT ours.schema, p.proname AS name, row_number() OVER (PARTITION BY p.pronamespace, p.proname) AS place
                          FROM pg_proc AS p JOIN ours ON ours.oid = p.pronamespace) AS f`,
    [SCHEMAS],
  );
  return new Set(rows.map(keyOf));
}

/** Names of the indexes that Postgres does not use because they were not built to the end. */
export async function brokenIndexes(pool: Pool): Promise<readonly string[]> {
  const { rows } = await readStatement<{ name: string }>(
    pool,
    `SELECT format('%I.%I', n.nspname, c.relname) AS name
       FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY ($1) AND NOT (i.indisvalid AND i.indisready) ORDER BY 1`,
    [SCHEMAS],
  );
  return rows.map(({ name }) => name);
}
