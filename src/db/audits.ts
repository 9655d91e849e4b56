import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { MirrorTable } from '../resources/define.ts';
import type { Database, Executor } from './connect.ts';
import type { Lease } from './lease.ts';
import { audits } from './tables.ts';
import { writing } from './transaction.ts';

/** Id of a live row at a random place in the order of ids, which are random themselves; undefined in an empty table. */
export async function randomRow(db: Executor, table: MirrorTable): Promise<string | undefined> {
  const { rows } = await db.execute<{ id: string }>(sql`
    (SELECT id, 1 AS turn FROM ${table} WHERE _deleted_at IS NULL AND id >= ${randomUUID()} ORDER BY id LIMIT 1)
     UNION ALL
    (SELECT id, 2 AS turn FROM ${table} WHERE _deleted_at IS NULL ORDER BY id LIMIT 1)
     ORDER BY turn LIMIT 1`);
  return rows[0]?.id;
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
