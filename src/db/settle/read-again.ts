import { sql } from 'drizzle-orm';
import type { PathFacts, Resource } from '../../resources/define.ts';
import { childrenOf } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';
import { noteRereads } from '../mirror/rereads.ts';
import { reads } from '../tables.ts';

/** Queues a record to be fetched again, with its children. */
export async function readAgain(
  tx: Executor,
  resource: Resource,
  record: string,
  facts: PathFacts,
): Promise<void> {
  await noteRereads(tx, resource.name, [record], facts, 'hint');
  const children = childrenOf(resource).map(({ name }) => name);
  await tx.execute(sql`
    DELETE FROM ${reads} WHERE record_id = ${record} AND resource = ANY(${sql.param(children)}::text[])`);
}
