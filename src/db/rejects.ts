import { sql } from 'drizzle-orm';
import { toJson } from '../exact.ts';
import type { Resource } from '../resources/define.ts';
import { isObject } from '../resources/fields.ts';
import { clean } from './clean.ts';
import type { Database, Executor } from './connect.ts';
import { digest } from './digest.ts';
import type { ResourceFacts } from './facts.ts';
import type { Reject } from './row.ts';
import { rejectedRecords } from './tables.ts';

/** What tells a rejected object from others: its id, else what it holds but for what ticks. */
function identityOf({ volatile = [] }: Resource, { id, reason }: Reject, payload: unknown): string {
  if (id !== null) return digest({ record_id: id });
  const held = isObject(payload)
    ? Object.fromEntries(Object.entries(payload).filter(([key]) => !volatile.includes(key)))
    : payload;
  return digest([reason, held]);
}

/** Keeps objects that cannot be stored, each once: what it is now takes the place of what it was. */
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

/**
 * Rejected objects of each resource that a person has to look at: not those that were stored since, nor those that the
 * newest complete reading did not meet any more. Resources without any are left out.
 */
export async function standingRejects(
  db: Pick<Database, 'orm'>,
  resources: readonly Resource[],
  facts: ReadonlyMap<string, ResourceFacts>,
): Promise<ReadonlyMap<string, number>> {
  const suspected = resources.filter(({ name }) => (facts.get(name)?.rejected ?? 0) > 0);
  if (suspected.length === 0) return new Map();
  const counts = suspected.map(
    ({ name, table }) => sql`
      SELECT ${name}::text AS resource, count(*)::float8 AS rejected FROM ${rejectedRecords} AS kept
       WHERE kept.resource = ${name}
         AND kept.seen_at >= coalesce(${facts.get(name)?.complete_as_of ?? null}::timestamptz, '-infinity')
         AND NOT EXISTS (SELECT FROM ${table} AS row WHERE row.id = kept.record_id AND row._synced_at > kept.seen_at)`,
  );
  const { rows } = await db.orm.execute<{ resource: string; rejected: number }>(
    sql.join(counts, sql` UNION ALL `),
  );
  return new Map(rows.map(({ resource, rejected }) => [resource, rejected]));
}
