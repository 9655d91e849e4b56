import { sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';

/** A column that stands in a view already. */
interface StandingColumn {
  readonly name: string;
  /** As `format_type` has it. */
  readonly type: string;
  readonly comment: string | null;
}

/** A view as the database has it. */
export interface Standing {
  readonly comment: string | null;
  /** Its options, `security_invoker=true` for one: a replacement that does not repeat them drops them. */
  readonly options: readonly string[];
  readonly columns: readonly StandingColumn[];
}

/** The views of schema `pylon_bi` by their names, or one of them. */
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
