import { sql } from 'drizzle-orm';
import type { Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { type Lease, placesOf } from '../lease/lease.ts';

/**
 * Begins a comparison of contents and returns the time by the database's clock, as text. Rows whose place in the
 * order of requests (`_order`) lies in the future, because they come from another backup than the lease, are reset to
 * 0, so that answers replace them. Locked rows are skipped.
 */
export async function beginDeep(tx: Executor, lease: Lease, { table }: Resource): Promise<string> {
  await tx.execute(sql`
    UPDATE ${table} SET _order = 0 WHERE id IN (
      SELECT id FROM ${table} WHERE _order >= ${placesOf(lease.token).end}::bigint ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)`);
  const { rows } = await tx.execute<{ now: string }>(sql`SELECT clock_timestamp()::text AS now`);
  return rows[0]?.now ?? '';
}
