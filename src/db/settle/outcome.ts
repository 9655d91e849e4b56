import type { Values } from '../../edits/merge.ts';
import { parseJson, toJson } from '../../exact.ts';
import type { Order } from '../../order.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { Database } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import type { PendingDeletions } from '../mirror/pending-deletions.ts';
import type { Proof } from '../mirror/tombstones.ts';
import { clean, mayBeUnclean } from '../row/clean.ts';
import { type Creation, endUncreated, settleCreated, type Uncreated } from './created.ts';
import { type Deleted, settleDeleted, type Undeleted, undoDelete } from './deleted.ts';
import type { EditOutcome, Ended } from './end.ts';
import { type Settlement, type Shown, settleEdits } from './settle.ts';

/** The outcome of edits of one record in Pylon: everything needed to settle them. */
export type Outcome =
  | ({ readonly is: 'told' } & Settlement)
  | ({ readonly is: 'created' } & Creation)
  | ({ readonly is: 'not created' } & Uncreated)
  | ({ readonly is: 'deleted' } & Deleted)
  | ({ readonly is: 'not deleted' } & Undeleted);

/** Settles an outcome in one transaction. Returns the edits that ended. */
export async function settleOutcome(
  db: Database,
  lease: Lease,
  pendingDeletions: PendingDeletions,
  outcome: Outcome,
): Promise<readonly Ended[]> {
  switch (outcome.is) {
    case 'told':
      return settleEdits(db, lease, pendingDeletions, outcome);
    case 'created':
      return settleCreated(db, lease, pendingDeletions, outcome);
    case 'not created':
      return endUncreated(db, lease, outcome);
    case 'deleted':
      return settleDeleted(db, lease, outcome);
    case 'not deleted':
      return undoDelete(db, lease, pendingDeletions, outcome);
  }
}

/** The outcome of each of its edits. */
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

/** Parses an outcome from JSON, also as earlier versions wrote it, with other names. */
export function outcomeFromJson(json: Values): Outcome {
  const { shown, proof, fates, fate, ...rest } = json as Values & {
    readonly shown?: Shown;
    readonly proof?: Proof;
  };
  return {
    ...(fates === undefined ? {} : { editOutcomes: fates }),
    ...(fate === undefined ? {} : { editOutcome: fate }),
    ...rest,
    resource: resourceNamed(String(json.resource)),
    shown: shown === undefined ? undefined : { ...shown, order: orderFrom(shown.order) },
    ...(proof === undefined ? {} : { proof: { ...proof, ...orderFrom(proof) } }),
  } as unknown as Outcome;
}
