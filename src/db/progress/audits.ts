import { randomInt, randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { MirrorTable } from '../../resources/define.ts';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { isGiven } from '../row/provisional.ts';
import { audits } from '../tables.ts';

/** Rows of which one is picked: ids lie unevenly, and one behind a wide gap must not come up all the time. */
const AROUND = 50;

/**
 * Id of a random live row, any of them as likely as another in a small table and nearly so in a large one;
 * undefined in an empty one.
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

/** Counts one object that was read again at random. */
export async function noteSample(
  db: Database,
  lease: Lease,
  resource: string,
  { differed, drifted }: { readonly differed: boolean; readonly drifted: boolean },
): Promise<void> {
  await writing(db, lease, (tx) =>
    tx.execute(sql`
      INSERT INTO ${audits} AS held (resource, day, sampled, differed, drifted)
      VALUES (${resource}, (now() AT TIME ZONE 'UTC')::date, 1, ${Number(differed)}, ${Number(drifted)})
          ON CONFLICT (resource, day) DO UPDATE
         SET sampled = held.sampled + 1, differed = held.differed + excluded.differed,
             drifted = held.drifted + excluded.drifted`),
  );
}
