import { sql } from 'drizzle-orm';
import type { Resource } from '../../resources/define.ts';
import type { Database } from '../connection/connect.ts';
import { rejectedRecords } from '../tables.ts';
import type { ResourceFacts } from './facts.ts';

/**
 * Counts, by resource, the rejected objects that need attention: not those that were stored since, nor those that the
 * newest complete read did not encounter. Resources without any are left out.
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
      SELECT ${name}::text AS resource, count(*)::float8 AS rejected FROM ${rejectedRecords} AS rejects
       WHERE rejects.resource = ${name}
         AND rejects.seen_at >= coalesce(${facts.get(name)?.complete_as_of ?? null}::timestamptz, '-infinity')
         AND NOT EXISTS (SELECT FROM ${table} AS row WHERE row.id = rejects.record_id AND row._synced_at > rejects.seen_at)`,
  );
  const { rows } = await db.orm.execute<{ resource: string; rejected: number }>(
    sql.join(counts, sql` UNION ALL `),
  );
  return new Map(rows.map(({ resource, rejected }) => [resource, rejected]));
}
