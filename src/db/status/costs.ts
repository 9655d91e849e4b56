import { sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { col } from '../edits/table.ts';
import { edits } from '../tables.ts';

/** What the mirror costs its database, and how long edits take. The counts are the server's, since it began to count. */
export interface Costs {
  readonly sizeBytes: number;
  /** Transactions in this database, whoever's. */
  readonly transactions: number;
  readonly tables: readonly TableCosts[];
  /**
   * Seconds from when an edit began to wait for the daemon until it was applied, by quantile, of the last hour; none
   * if no edit was applied.
   */
  readonly editSeconds: readonly { readonly quantile: number; readonly seconds: number }[];
}

/** Rows of a table of the mirror that were written, whoever wrote them, and those that vacuum has not removed yet. */
interface TableCosts {
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly dead: number;
}

const QUANTILES = [0.5, 0.95, 1];

/** Reads a few rows of the server's statistics, and the edits of an hour by an index. */
export async function readCosts({ orm }: { readonly orm: Executor }): Promise<Costs> {
  const database = await orm.execute<{ size: number; transactions: number }>(sql`
    SELECT pg_database_size(datname)::float8 AS size, (xact_commit + xact_rollback)::float8 AS transactions
      FROM pg_stat_database WHERE datname = current_database()`);
  const tables = await orm.execute<TableCosts & Record<string, unknown>>(sql`
    SELECT relname AS table, n_tup_ins::float8 AS inserted, n_tup_upd::float8 AS updated, n_tup_del::float8 AS deleted,
           n_dead_tup::float8 AS dead
      FROM pg_stat_user_tables WHERE schemaname = 'pylon' ORDER BY relname`);
  const taken = await orm.execute<{ seconds: readonly number[] | null }>(sql`
    SELECT percentile_cont(${sql.param(QUANTILES)}::float8[]) WITHIN GROUP (
             ORDER BY extract(epoch FROM ${col.settled_at} - ${col.waiting_since})::float8) AS seconds
      FROM ${edits} WHERE ${col.settled_at} > clock_timestamp() - interval '1 hour' AND ${col.state} = 'applied'`);
  const seconds = taken.rows[0]?.seconds ?? [];
  return {
    sizeBytes: database.rows[0]?.size ?? 0,
    transactions: database.rows[0]?.transactions ?? 0,
    tables: tables.rows,
    editSeconds: QUANTILES.slice(0, seconds.length).map((quantile, at) => ({
      quantile,
      seconds: seconds[at] ?? 0,
    })),
  };
}
