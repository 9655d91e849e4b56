import type { Edit } from '../../db/edits/queue.ts';
import type { EditOutcome } from '../../db/settle/end.ts';
import type { Outcome } from '../../db/settle/outcome.ts';
import type { Settlement } from '../../db/settle/updated.ts';
import { kindsOf } from '../../edits/body.ts';
import { fieldsIn, nameOf, type Values } from '../../edits/merge.ts';
import type { Refusal, RemoteObject } from './remote.ts';
import type { EditTarget } from './target.ts';

/** Pylon's object in the form in which an outcome saves it. */
const shownIn = ({ facts }: EditTarget, remote: RemoteObject | undefined) =>
  remote === undefined ? undefined : { object: remote.object, facts, order: remote.answer.order };

/** The outcome of updates or an action. Without `remote`, the record and its children are fetched again. */
export function updatedOutcome(
  target: EditTarget,
  edits: readonly Edit[],
  editOutcomes: readonly EditOutcome[],
  remote: RemoteObject | undefined,
  others: Pick<Settlement, 'alsoReread' | 'gone' | 'proof'> = { alsoReread: [] },
): Outcome {
  const { resource, record, facts } = target;
  const updates = edits.filter(({ operation }) => operation === 'update');
  return {
    ...{ is: 'updated', resource, record, editOutcomes, facts, ...others },
    edited: {
      id: updates.at(-1)?.id ?? 0,
      fields: updates.flatMap(({ changes, base }) => fieldsIn(changes, base, kindsOf(resource)).map(nameOf)),
    },
    shown: shownIn(target, remote),
  };
}

/** The outcome of edits that Pylon refuses: the row is reset to Pylon's values. */
export function refusedOutcome(
  target: EditTarget,
  edits: readonly Edit[],
  refusal: Refusal,
  remote: RemoteObject | undefined,
  sent?: Values,
): Outcome {
  const editOutcomes = edits.map((edit) => ({ ...refusalOf(edit, refusal), sent }));
  return updatedOutcome(target, edits, editOutcomes, remote);
}

export const refusalOf = ({ id }: Edit, { message, status, requestId }: Refusal): EditOutcome => ({
  ...{ id, event: 'refuse', error: message, status, requestId },
});

/**
 * The outcome of a DELETE that is not executed, or that waits for a person: the row is restored with Pylon's values.
 * Without `remote` it is restored as it was, and fetched again. `known` are the values that the DELETE was compared
 * with.
 */
export function undeletedOutcome(
  target: EditTarget,
  editOutcome: EditOutcome,
  remote: RemoteObject | undefined,
  known?: Values,
): Outcome {
  const { resource, record, facts } = target;
  return {
    is: 'not deleted',
    ...{ resource, record, editOutcome, known, facts, shown: shownIn(target, remote) },
  };
}
