import { sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';

/** An existing column of a view. */
interface StandingColumn {
  readonly name: string;
  /** The type as `format_type` writes it. */
  readonly type: string;
  readonly comment: string | null;
}

/** An existing view. */
export interface Standing {
  readonly comment: string | null;
  /** Its options, e.g. `security_invoker=true`. Replacing the view drops them unless they are repeated. */
  readonly options: readonly string[];
  readonly columns: readonly StandingColumn[];
}

/** The existing views of schema `pylon_bi` by name, or only the named one. */
export async function standing(tx: Executor, name?: string): Promise<ReadonlyMap<string, Standing>> {
  const { rows } = await tx.execute<{ name: string } & Standing & Record<string, unknown>>(sql`
    SELECT relname AS name, obj_description(c.oid, 'pg_class') AS comment, coalesce(reloptions, '{}') AS options,
           (SELECT coalesce(jsonb_agg(jsonb_build_object(
                     'name', attname, 'type', format_type(atttypid, atttypmod), 'comment', col_description(attrelid, attnum))
                   ORDER BY attnum), '[]')
              FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
      FROM pg_class AS c
     WHERE relnamespace = to_regnamespace('pylon_bi') AND relkind = 'v'
       AND (${name ?? null}::text IS NULL OR relname = ${name ?? null})`);
  return new Map(rows.map((row) => [row.name, row]));
}

/**
 * Names the state of the views of this database, as `standing` reads it: another one after any change of it. Which
 * transactions wrote what is read costs a fraction of reading it.
 */
export async function stateOfViews(tx: Executor): Promise<string> {
  const { rows } = await tx.execute<{ state: string }>(sql`
    WITH standing AS MATERIALIZED (
           SELECT oid, xmin FROM pg_class WHERE relnamespace = to_regnamespace('pylon_bi') AND relkind = 'v')
    SELECT concat_ws(' ', pg_postmaster_start_time(), (SELECT oid FROM pg_database WHERE datname = current_database()),
                     to_regnamespace('pylon_bi')::oid, whole.n, whole.written, columns.n, columns.written, comments.n, comments.written) AS state
      FROM (SELECT count(*) AS n, sum(xmin::text::bigint) AS written FROM standing) AS whole,
           (SELECT count(*) AS n, sum(a.xmin::text::bigint) AS written
              FROM standing JOIN pg_attribute AS a ON attrelid = standing.oid) AS columns,
           (SELECT count(*) AS n, sum(d.xmin::text::bigint) AS written
              FROM standing JOIN pg_description AS d ON objoid = standing.oid AND classoid = 'pg_class'::regclass) AS comments`);
  return rows[0]?.state ?? '';
}
