import { sql } from 'drizzle-orm';
import { kindsOf } from '../../edits/body.ts';
import { fieldsIn, nameOf, type Values, valueIn } from '../../edits/merge.ts';
import { UNSETTLED } from '../../edits/states.ts';
import { toJson } from '../../exact.ts';
import type { Order } from '../../order.ts';
import type { PathFacts, Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { statesIn } from '../edits/queue.ts';
import { col } from '../edits/table.ts';
import type { PendingDeletions } from '../mirror/pending-deletions.ts';
import { noteRereads } from '../mirror/rereads.ts';
import { upsert } from '../mirror/upsert.ts';
import { type RemoteRow, remoteRow } from '../row/remote-row.ts';
import { isReject } from '../row/row.ts';
import { edits } from '../tables.ts';

/** Pylon's present object of the record. */
export interface Shown {
  readonly object: unknown;
  readonly facts: PathFacts;
  readonly order: Order;
}

/** The same as a row. */
export interface ShownRow extends RemoteRow {
  readonly facts: PathFacts;
  readonly order: Order;
}

/** Converts Pylon's object to a row; undefined if there is none, or if it is no valid record. */
export function shownRow(resource: Resource, shown: Shown | undefined): ShownRow | undefined {
  if (shown === undefined) return undefined;
  const { object, facts, order } = shown;
  const remote = remoteRow(resource, object, facts);
  return isReject(remote) ? undefined : { ...remote, facts, order };
}

/**
 * Sets the base of later edits of the record to Pylon's present values, in the fields that the settled edits changed:
 * the effect of these is no conflict. What somebody else changed in Pylon meanwhile still is.
 */
export async function rebase(
  tx: Executor,
  resource: Resource,
  record: string,
  remote: Values,
  changedBefore: (name: string) => boolean = () => true,
): Promise<void> {
  const kinds = kindsOf(resource);
  const { rows } = await tx.execute<{ id: number; changes: Values; base: Values }>(sql`
    SELECT ${col.id}::float8, ${col.changes}, ${col.base} FROM ${edits}
     WHERE ${col.resource} = ${resource.name} AND ${col.record_id} = ${record} AND ${col.operation} = 'update'
       AND ${col.state} = ANY(${statesIn(UNSETTLED)})`);
  for (const { id, changes, base } of rows) {
    // A change of a set consists of what it adds and removes, independent of its base.
    const after: Record<string, unknown> = { ...base };
    for (const field of fieldsIn(changes, base, kinds)) {
      if (field.kind === 'set' || !changedBefore(nameOf(field))) continue;
      const value = valueIn(remote, field) ?? null;
      if (field.slug === undefined) after[field.column] = value;
      else after[field.column] = { ...(after[field.column] as Values), [field.slug]: value };
    }
    await tx.execute(sql`UPDATE ${edits} SET ${col.base} = ${toJson(after)}::jsonb WHERE ${col.id} = ${id}`);
  }
}

/** Stores Pylon's answer in the row, or queues the record to be fetched again if that is impossible now. */
export async function storeAnswer(
  tx: Executor,
  resource: Resource,
  { row, order, facts }: ShownRow,
  pendingDeletions: PendingDeletions,
): Promise<void> {
  const { deferred } = await upsert(tx, resource, [{ rows: [row], order }], pendingDeletions);
  // An answer that was requested before this one arrived must not be stored after it.
  if (deferred.length > 0)
    await tx.execute(
      sql`UPDATE ${resource.table} SET _order = greatest(_order, ${order.answered}::bigint) WHERE id = ${row.id}`,
    );
  await noteRereads(tx, resource.name, deferred, facts);
}
