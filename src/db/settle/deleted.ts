import { sql } from 'drizzle-orm';
import type { Values } from '../../edits/merge.ts';
import { moves } from '../../edits/states.ts';
import { toJson } from '../../exact.ts';
import type { PathFacts, Resource } from '../../resources/define.ts';
import type { Database, Executor } from '../connection/connect.ts';
import { statesIn } from '../edits/queue.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { MADE_HERE } from '../mirror/history.ts';
import type { PendingDeletions } from '../mirror/pending-deletions.ts';
import { noteRereads } from '../mirror/rereads.ts';
import { markDeleted, type Proof } from '../mirror/tombstones.ts';
import { isReject, rowMapper } from '../row/row.ts';
import { type EditOutcome, ENDED, type Ended, settleEdit } from './end.ts';
import { type Shown, storeAnswer } from './settle.ts';

/** A record that was deleted here, and what became of that in Pylon. */
interface Deletion {
  readonly resource: Resource;
  readonly record: string;
  readonly editOutcome: EditOutcome;
}

/** One that Pylon has carried out. */
export interface Deleted extends Deletion {
  readonly proof: Proof;
}

/** One that came to nothing: Pylon refused it, or holds what nobody here had seen. With what Pylon shows of the record. */
export interface Undeleted extends Deletion {
  /** What it was compared with, where a person has to decide. */
  readonly known?: Values | undefined;
  readonly shown: Shown | undefined;
  readonly facts: PathFacts;
}

/** Puts a row back as its delete found it. */
async function putBack(tx: Executor, { name }: Resource, edit: number): Promise<void> {
  await tx.execute(
    sql`SELECT pylon_sync.put_row(${name}, e.base) FROM pylon_sync.edits AS e WHERE e.id = ${edit}`,
  );
}

/** Ends a delete that Pylon has carried out: the record stands as a tombstone, and its other edits are void. */
export async function settleDeleted(
  db: Database,
  lease: Lease,
  { resource, record, editOutcome, proof }: Deleted,
): Promise<readonly Ended[]> {
  const { from, to } = moves('discard');
  return writing(db, lease, async (tx) => {
    const ended = await settleEdit(tx, editOutcome);
    // As Pylon held it: what was changed here and never got there goes with the edits.
    await tx.execute(sql`
      SELECT pylon_sync.put_row(e.resource, pylon_sync.known_row(e.resource, e.record_id, e.base))
        FROM pylon_sync.edits AS e WHERE e.id = ${editOutcome.id}`);
    const { rows: voided } = await tx.execute<Ended & Record<string, unknown>>(sql`
      UPDATE pylon_sync.edits
         SET state = ${to}, answer = NULL, settled_at = clock_timestamp(), error = 'the record was deleted afterwards'
       WHERE resource = ${resource.name} AND record_id = ${record} AND id <> ${editOutcome.id}
         AND state = ANY(${statesIn(from.filter((state) => state !== 'failed'))})
      RETURNING ${ENDED}`);
    // Should it come back, that is no change of Pylon's.
    await tx.execute(sql`UPDATE ${resource.table} SET _hash = ${MADE_HERE} WHERE id = ${record}`);
    await markDeleted(tx, resource, [record], proof);
    return [...ended, ...voided];
  });
}

/**
 * Ends a delete that came to nothing, or has a person decide about it: the row is back, as Pylon shows it where that is
 * known, with the edits that are left over it.
 */
export async function undoDelete(
  db: Database,
  lease: Lease,
  pendingDeletions: PendingDeletions,
  deletion: Undeleted,
): Promise<readonly Ended[]> {
  const { resource, record, editOutcome, known, shown, facts } = deletion;
  const row = shown === undefined ? undefined : rowMapper(resource)(shown.object, shown.facts);
  return writing(db, lease, async (tx) => {
    const ended = await settleEdit(tx, editOutcome);
    if (known !== undefined)
      await tx.execute(
        // What a person decided before was about something else.
        sql`UPDATE pylon_sync.edits SET shadow = ${toJson(known)}::jsonb, forced = NULL WHERE id = ${editOutcome.id}`,
      );
    await putBack(tx, resource, editOutcome.id);
    // What it showed may be older than what Pylon holds: without its hash, it is written whatever it holds.
    await tx.execute(sql`UPDATE ${resource.table} SET _hash = '' WHERE id = ${record}`);
    if (row === undefined || isReject(row) || shown === undefined) {
      await noteRereads(tx, resource.name, [record], facts, 'hint');
      return ended;
    }
    await storeAnswer(tx, resource, row, shown, pendingDeletions);
    return ended;
  });
}
