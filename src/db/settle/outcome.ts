import type { Values } from '../../edits/merge.ts';
import { parseJson, toJson } from '../../exact.ts';
import type { Order } from '../../order.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';
import { isIdTaken } from '../connection/sql-state.ts';
import { type Writer, writingOnceUnlocked } from '../lease/writing-once-unlocked.ts';
import type { PendingDeletions } from '../mirror/pending-deletions.ts';
import type { Proof } from '../mirror/tombstones.ts';
import { clean, mayBeUnclean } from '../row/clean.ts';
import { type Creation, settleCreated, settleUncreated, type Uncreated } from './created.ts';
import { type Deleted, settleDeleted, settleUndeleted, type Undeleted } from './deleted.ts';
import type { EditOutcome, Ended } from './end.ts';
import type { Shown } from './shown.ts';
import { type Settlement, settleUpdated } from './updated.ts';
import { settleUploaded, type Upload } from './uploaded.ts';

/** The outcome of edits of one record in Pylon: everything needed to settle them. */
export type Outcome =
  | ({ readonly is: 'updated' } & Settlement)
  | ({ readonly is: 'created' } & Creation)
  | ({ readonly is: 'not created' } & Uncreated)
  | ({ readonly is: 'uploaded' } & Upload)
  | ({ readonly is: 'deleted' } & Deleted)
  | ({ readonly is: 'not deleted' } & Undeleted);

/** What settling needs beside the outcome. */
export interface Settling extends Writer {
  readonly pendingDeletions: PendingDeletions;
}

/**
 * Settles edits by their outcome, in one transaction. Repeats the transaction while another transaction's lock
 * prevents it. Returns the edits that were settled, or that now wait for a person.
 *
 * @throws any error but a lock's, e.g. of a user's constraint or trigger; LeaseLostError; the signal's reason.
 */
export function settleOutcome(settling: Settling, outcome: Outcome): Promise<readonly Ended[]> {
  const { name } = outcome.resource;
  return writingOnceUnlocked(
    settling,
    (tx) => settle(tx, settling.pendingDeletions, outcome),
    // A pull stores the created object at this moment: the next try finds its row.
    (error) => outcome.is === 'created' && isIdTaken(error, name),
  );
}

async function settle(
  tx: Executor,
  pendingDeletions: PendingDeletions,
  outcome: Outcome,
): Promise<readonly Ended[]> {
  switch (outcome.is) {
    case 'updated':
      return settleUpdated(tx, pendingDeletions, outcome);
    case 'created':
      return settleCreated(tx, pendingDeletions, outcome);
    case 'not created':
      return settleUncreated(tx, outcome);
    case 'uploaded':
      return settleUploaded(tx, outcome);
    case 'deleted':
      return settleDeleted(tx, outcome);
    case 'not deleted':
      return settleUndeleted(tx, pendingDeletions, outcome);
  }
}

/** The outcomes of the single edits. */
export const editOutcomesIn = (outcome: Outcome): readonly EditOutcome[] =>
  'editOutcomes' in outcome ? outcome.editOutcomes : [outcome.editOutcome];

/** Converts an outcome to JSON. */
export function outcomeToJson(outcome: Outcome): string {
  const json = toJson({ ...outcome, resource: outcome.resource.name }, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return mayBeUnclean(json) ? toJson(clean(parseJson(json))) : json;
}

const orderFrom = ({ asked, answered }: Order): Order => ({
  asked: BigInt(asked),
  answered: BigInt(answered),
});

/** One edit's outcome, also as earlier versions wrote it. */
const editOutcomeFrom = ({ held, ...editOutcome }: Values): Values =>
  held === undefined ? editOutcome : { ...editOutcome, conflicting: held };

/** Parses an outcome from JSON, also as earlier versions wrote it, with other names. */
export function outcomeFromJson(json: Values): Outcome {
  const {
    is,
    shown,
    proof,
    fates,
    fate,
    editOutcomes = fates,
    editOutcome = fate,
    ...rest
  } = json as Values & {
    readonly shown?: Shown;
    readonly proof?: Proof;
  };
  return {
    ...(Array.isArray(editOutcomes) ? { editOutcomes: editOutcomes.map(editOutcomeFrom) } : {}),
    ...(editOutcome === undefined ? {} : { editOutcome: editOutcomeFrom(editOutcome as Values) }),
    ...rest,
    is: is === 'told' ? 'updated' : is,
    resource: resourceNamed(String(json.resource)),
    shown: shown === undefined ? undefined : { ...shown, order: orderFrom(shown.order) },
    ...(proof === undefined ? {} : { proof: { ...proof, ...orderFrom(proof) } }),
  } as unknown as Outcome;
}
