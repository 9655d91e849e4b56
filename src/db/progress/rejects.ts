import { sql } from 'drizzle-orm';
import { toJson } from '../../exact.ts';
import type { Resource } from '../../resources/define.ts';
import { isObject } from '../../resources/fields.ts';
import type { Executor } from '../connection/connect.ts';
import { clean } from '../row/clean.ts';
import { digest } from '../row/digest.ts';
import type { Reject } from '../row/row.ts';
import { rejectedRecords } from '../tables.ts';

/** The identity of a rejected object: its id; without one, its reason and contents except volatile fields. */
function identityOf({ volatile = [] }: Resource, { id, reason }: Reject, payload: unknown): string {
  if (id !== null) return digest({ record_id: id });
  const contents = isObject(payload)
    ? Object.fromEntries(Object.entries(payload).filter(([key]) => !volatile.includes(key)))
    : payload;
  return digest([reason, contents]);
}

/**
 * Saves objects that cannot be stored in `rejected_records`, one row per object: a later version replaces the earlier
 * one.
 */
export async function keepRejects(
  tx: Executor,
  resource: Resource,
  rejects: readonly Reject[],
): Promise<void> {
  for (const reject of rejects) {
    const { id, reason } = reject;
    const value = clean(reject.payload ?? null);
    const payload = sql`${toJson(value)}::jsonb`;
    await tx
      .insert(rejectedRecords)
      .values({
        ...{ resource: resource.name, record_id: id, payload, reason },
        digest: identityOf(resource, reject, value),
      })
      .onConflictDoUpdate({
        target: [rejectedRecords.resource, rejectedRecords.digest],
        set: { payload, reason, seen_at: sql`now()` },
      });
  }
}
