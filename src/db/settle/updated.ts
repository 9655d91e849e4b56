import { sql } from 'drizzle-orm';
import { NO_DIGEST, type PathFacts, type Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import type { PendingDeletions } from '../mirror/pending-deletions.ts';
import { noteRereads } from '../mirror/rereads.ts';
import { markDeleted, type Proof } from '../mirror/tombstones.ts';
import { type EditOutcome, type Ended, settleEditsOf } from './end.ts';
import { readAgain } from './read-again.ts';
import { rebase, type Shown, shownRow, storeAnswer } from './shown.ts';
import { type Edited, supersede, supersedeDrafts } from './supersede.ts';

/** Edits that are settled together. */
export interface Settlement {
  readonly resource: Resource;
  readonly record: string;
  readonly editOutcomes: readonly EditOutcome[];
  /**
   * Pylon's object; undefined if it was not in the answer: then the record and its children are queued to be fetched
   * again.
   */
  readonly shown: Shown | undefined;
  readonly facts: PathFacts;
  /** Other records of the resource to be fetched again. */
  readonly alsoReread: readonly string[];
  /** Ids of other records that are deleted by it, e.g. by a merge: records that refer to them are fetched again. */
  readonly gone?: readonly string[] | undefined;
  readonly proof?: Proof | undefined;
  /** The fields of the newest edit, which replace those in conflict. */
  readonly edited: Omit<Edited, 'except'>;
}

/**
 * Settles updates or an action, and sets the row to Pylon's values with the later edits on top. If the row cannot be
 * written now, or Pylon's object is not known, queues the record to be fetched again. Returns the edits that ended,
 * those that they replaced included.
 */
export async function settleUpdated(
  tx: Executor,
  pendingDeletions: PendingDeletions,
  { resource, record, editOutcomes, shown, facts, edited, alsoReread, gone = [], proof }: Settlement,
): Promise<readonly Ended[]> {
  const remote = shownRow(resource, shown);
  await tx.execute(sql`SELECT FROM ${resource.table} WHERE id = ${record} FOR NO KEY UPDATE`);
  const dropped = await supersedeDrafts(tx, resource, record, editOutcomes);
  const { known, ended } = await settleEditsOf(tx, {
    ...{ resource, record, editOutcomes, remote: remote?.values },
  });
  const stands = remote?.values ?? known;
  // The effect of an action on the record is not known beforehand.
  const isTheirs = (name: string) => edited.fields.length === 0 || edited.fields.includes(name);
  if (stands !== undefined) await rebase(tx, resource, record, stands, isTheirs);
  const superseded = await supersede(tx, resource, record, {
    ...edited,
    except: editOutcomes.map(({ id }) => id),
  });
  // Without its hash, the row is written with the next answer in any case.
  await tx.execute(
    sql`UPDATE ${resource.table} SET _hash = ${NO_DIGEST} WHERE id = ${record} AND _deleted_at IS NULL`,
  );
  await noteRereads(tx, resource.name, alsoReread, {}, 'hint');
  if (proof !== undefined) await markDeleted(tx, resource, gone, proof);
  if (remote === undefined) await readAgain(tx, resource, record, facts);
  else await storeAnswer(tx, resource, remote, pendingDeletions);
  return [...ended, ...superseded, ...dropped];
}
