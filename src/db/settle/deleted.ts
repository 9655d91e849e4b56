import { sql } from 'drizzle-orm';
import type { Values } from '../../edits/merge.ts';
import { moves } from '../../edits/states.ts';
import { toJson } from '../../exact.ts';
import { NO_DIGEST, type PathFacts, type Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { statesIn } from '../edits/queue.ts';
import { col, editsAs } from '../edits/table.ts';
import { MADE_HERE } from '../mirror/history.ts';
import type { PendingDeletions } from '../mirror/pending-deletions.ts';
import { noteRereads } from '../mirror/rereads.ts';
import { markDeleted, type Proof } from '../mirror/tombstones.ts';
import { edits } from '../tables.ts';
import { type EditOutcome, ENDED, type Ended, settleEdit } from './end.ts';
import { type Shown, shownRow, storeAnswer } from './shown.ts';

const e = editsAs('e');

/** A record that was deleted here, and the outcome in Pylon. */
interface Deletion {
  readonly resource: Resource;
  readonly record: string;
  readonly editOutcome: EditOutcome;
}

/** A deletion that Pylon has executed. */
export interface Deleted extends Deletion {
  readonly proof: Proof;
}

/**
 * A deletion that was not executed: Pylon refused it, or the record has changes that nobody here had seen. Includes
 * Pylon's present object.
 */
export interface Undeleted extends Deletion {
  /** The values that it was compared with, if a person has to decide. */
  readonly known?: Values | undefined;
  readonly shown: Shown | undefined;
  readonly facts: PathFacts;
}

/** Inserts a row again as it was before its DELETE. */
async function putBack(tx: Executor, { name }: Resource, edit: number): Promise<void> {
  await tx.execute(
    sql`SELECT pylon_sync._put_row(${name}, ${e.base}) FROM ${edits} AS e WHERE ${e.id} = ${edit}`,
  );
}

/**
 * Settles a DELETE that Pylon has executed: the row is marked as deleted with a tombstone, and its other edits end.
 * Another DELETE of the record is applied with it: one statement can meet two rows of one object, where a pull brings
 * it before its INSERT is settled.
 */
export async function settleDeleted(
  tx: Executor,
  { resource, record, editOutcome, proof }: Deleted,
): Promise<readonly Ended[]> {
  const { from, to } = moves('discard');
  const done = moves('settle');
  const isDone = sql`${col.operation} = 'delete' AND ${col.state} = ANY(${statesIn(done.from)})`;
  const ended = await settleEdit(tx, editOutcome);
  // The row shows Pylon's last values: changes that were never sent end with their edits.
  await tx.execute(sql`
      SELECT pylon_sync._put_row(${e.resource}, pylon_sync._known_row(${e.resource}, ${e.record_id}, ${e.base}))
        FROM ${edits} AS e WHERE ${e.id} = ${editOutcome.id}`);
  const { rows: others } = await tx.execute<Ended & Record<string, unknown>>(sql`
      UPDATE ${edits}
         SET ${col.state} = CASE WHEN ${isDone} THEN ${done.to} ELSE ${to} END, ${col.answer} = NULL, ${col.settled_at} = clock_timestamp(),
             ${col.error} = CASE WHEN ${isDone} THEN NULL ELSE 'the record was deleted afterwards' END,
             ${col.http_status} = CASE WHEN ${isDone} THEN ${editOutcome.status ?? null}::integer ELSE ${col.http_status} END,
             ${col.request_id} = CASE WHEN ${isDone} THEN ${editOutcome.requestId ?? null}::text ELSE ${col.request_id} END
       WHERE ${col.resource} = ${resource.name} AND ${col.record_id} = ${record} AND ${col.id} <> ${editOutcome.id}
         AND ${col.state} = ANY(${statesIn(from.filter((state) => state !== 'failed'))})
      RETURNING ${ENDED}`);
  // If the record is restored later, that counts as no change of fields.
  await tx.execute(sql`UPDATE ${resource.table} SET _hash = ${MADE_HERE} WHERE id = ${record}`);
  await markDeleted(tx, resource, [record], proof);
  return [...ended, ...others];
}

/**
 * Settles a DELETE that was not executed, or leaves it to a person: restores the row with Pylon's present values, if
 * known, and the remaining edits on top.
 */
export async function settleUndeleted(
  tx: Executor,
  pendingDeletions: PendingDeletions,
  { resource, record, editOutcome, known, shown, facts }: Undeleted,
): Promise<readonly Ended[]> {
  const ended = await settleEdit(tx, editOutcome);
  if (known !== undefined)
    await tx.execute(
      // An earlier decision was about other values.
      sql`UPDATE ${edits} SET ${col.shadow} = ${toJson(known)}::jsonb, ${col.forced} = NULL WHERE ${col.id} = ${editOutcome.id}`,
    );
  await putBack(tx, resource, editOutcome.id);
  // The restored values may be older than Pylon's. Without its hash, the row is written with the next answer
  // in any case.
  await tx.execute(sql`UPDATE ${resource.table} SET _hash = ${NO_DIGEST} WHERE id = ${record}`);
  const remote = shownRow(resource, shown);
  if (remote === undefined) await noteRereads(tx, resource.name, [record], facts, 'hint');
  else await storeAnswer(tx, resource, remote, pendingDeletions);
  return ended;
}
