import { sql } from 'drizzle-orm';
import type { Resource } from '../../resources/define.ts';
import type { Database } from '../connection/connect.ts';

/** The number of live rows of a table. */
export interface LiveRows {
  readonly rows: number;
  /** Whether the number is an estimate from the server's statistics. */
  readonly isEstimate: boolean;
}

/** Bytes of the tables that are counted row by row, together. Half a second if a disk has to be read for them. */
const COUNTED_BYTES = 128 * 1024 ** 2;

interface Size {
  readonly resource: string;
  readonly bytes: number;
  /** Rows, deleted ones included; null if the server has no statistics yet. */
  readonly estimate: number | null;
}

/**
 * The sizes of the tables. The estimate is the planner's: the density that the last vacuum or ANALYZE found, times the
 * present pages.
 */
async function readSizes(
  db: Pick<Database, 'orm'>,
  resources: readonly Resource[],
): Promise<readonly Size[]> {
  const names = resources.map(({ name }) => name);
  const { rows } = await db.orm.execute<Size & Record<string, unknown>>(sql`
    SELECT relname AS resource, pg_relation_size(c.oid)::float8 AS bytes,
           CASE WHEN reltuples > 0 AND relpages > 0
                THEN reltuples::float8 / relpages * (pg_relation_size(c.oid) / current_setting('block_size')::integer)
            END AS estimate
      FROM pg_class AS c
     WHERE relnamespace = to_regnamespace('pylon') AND relkind IN ('r', 'p') AND relname = ANY(${sql.param(names)}::text[])`);
  return rows;
}

/**
 * The live rows of every table. The smallest tables are counted, as long as they have `countedBytes` together, and so
 * are those without statistics. The others are estimated, since to count them takes seconds; no decision depends on
 * these numbers.
 */
export async function readLiveRows(
  db: Pick<Database, 'orm'>,
  resources: readonly Resource[],
  countedBytes = COUNTED_BYTES,
): Promise<ReadonlyMap<string, LiveRows>> {
  const sizes = (await readSizes(db, resources)).toSorted((one, other) => one.bytes - other.bytes);
  let together = 0;
  const estimates = new Map(
    sizes.flatMap(({ resource, bytes, estimate }) => {
      together += bytes;
      return estimate === null || together <= countedBytes ? [] : [[resource, estimate]];
    }),
  );
  const counts = resources.map(({ name, table }) => {
    const which = estimates.has(name) ? sql`IS NOT NULL` : sql`IS NULL`;
    return sql`SELECT ${name}::text AS resource, count(*)::float8 AS counted FROM ${table} WHERE _deleted_at ${which}`;
  });
  const { rows } = await db.orm.execute<{ resource: string; counted: number }>(
    sql.join(counts, sql` UNION ALL `),
  );
  return new Map(
    rows.map(({ resource, counted }): [string, LiveRows] => {
      const estimate = estimates.get(resource);
      if (estimate === undefined) return [resource, { rows: counted, isEstimate: false }];
      return [resource, { rows: Math.max(0, Math.round(estimate - counted)), isEstimate: true }];
    }),
  );
}
