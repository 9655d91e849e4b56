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
