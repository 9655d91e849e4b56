import { sql } from 'drizzle-orm';
import type { Resource } from '../resources/define.ts';
import type { Database } from './connect.ts';
import { eraseGone } from './erase.ts';
import type { Lease } from './lease.ts';
import { writing } from './transaction.ts';

/** Rows a transaction: nobody waits long for what is held by one. */
const PART = 1_000;

/** What was given up because it is older than is to be kept. */
export interface Forgotten {
  readonly edits: number;
  readonly rejected: number;
  /** Changes of fields. */
  readonly changes: number;
  /** Rows of deleted records that were emptied. */
  readonly rows: number;
}

/**
 * Forgets what is older than so many days: edits that were settled, objects that could not be stored (one that still
 * cannot be is noted again when it is next read), changes of fields and the content of deleted records, whose rows go on saying that they
 * were deleted.
 */
export async function forgetOld(
  db: Database,
  lease: Lease,
  resources: readonly Resource[],
  days: number,
): Promise<Forgotten> {
  const old = sql`now() - make_interval(days => ${days})`;
  const inParts = async (forget: (limit: number) => Promise<number>): Promise<number> => {
    for (let total = 0; ; ) {
      const count = await forget(PART);
      total += count;
      if (count < PART) return total;
    }
  };
  const remove = (table: string, time: string) =>
    inParts((limit) =>
      writing(db, lease, async (tx) => {
        const from = sql`pylon_sync.${sql.identifier(table)}`;
        const { rowCount } = await tx.execute(sql`
          DELETE FROM ${from} WHERE id IN (
            SELECT id FROM ${from} WHERE ${sql.identifier(time)} < ${old} ORDER BY ${sql.identifier(time)} LIMIT ${limit})`);
        return rowCount ?? 0;
      }),
    );
  const edits = await remove('edits', 'settled_at');
  const rejected = await remove('rejected_records', 'seen_at');
  const changes = await remove('changes', 'seen_at');
  let rows = 0;
  for (const resource of resources)
    rows += await inParts((limit) =>
      writing(db, lease, (tx) => eraseGone(tx, resource, sql`_deleted_at < ${old}`, limit)),
    );
  return { edits, rejected, changes, rows };
}
