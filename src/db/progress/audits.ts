import { randomInt, randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { MirrorTable } from '../../resources/define.ts';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { isGiven } from '../row/provisional.ts';
import { audits } from '../tables.ts';

/**
 * Size of the neighbourhood of rows from which one is picked: ids are spaced unevenly, and otherwise a row after a
 * wide gap would be picked too often.
 */
const AROUND = 50;

/**
 * The id of a random live row, with equal probability in a small table and nearly equal in a large one; undefined if
 * the table has none.
 */
export async function randomRow(db: Executor, table: MirrorTable): Promise<string | undefined> {
  const place = randomUUID();
  const { rows } = await db.execute<{ id: string }>(sql`
    (SELECT id, 1 AS turn FROM ${table} WHERE _deleted_at IS NULL AND ${isGiven(sql`id`)} AND id >= ${place} ORDER BY id LIMIT ${AROUND})
     UNION ALL
    (SELECT id, 2 AS turn FROM ${table} WHERE _deleted_at IS NULL AND ${isGiven(sql`id`)} AND id < ${place} ORDER BY id LIMIT ${AROUND})
     ORDER BY turn, id LIMIT ${AROUND}`);
  return rows.length === 0 ? undefined : rows[randomInt(rows.length)]?.id;
}

/** Counts one object that the audit has read. */
export async function noteSample(
  db: Database,
  lease: Lease,
  resource: string,
  { differed, drifted }: { readonly differed: boolean; readonly drifted: boolean },
): Promise<void> {
  await writing(db, lease, (tx) =>
    tx.execute(sql`
      INSERT INTO ${audits} AS existing (resource, day, sampled, differed, drifted)
      VALUES (${resource}, (now() AT TIME ZONE 'UTC')::date, 1, ${Number(differed)}, ${Number(drifted)})
          ON CONFLICT (resource, day) DO UPDATE
         SET sampled = existing.sampled + 1, differed = existing.differed + excluded.differed,
             drifted = existing.drifted + excluded.drifted`),
  );
}
