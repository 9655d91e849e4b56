import type { Edit } from '../../db/edits/queue.ts';
import type { EditOutcome } from '../../db/settle/end.ts';
import type { Outcome } from '../../db/settle/outcome.ts';
import type { Settlement } from '../../db/settle/told.ts';
import { kindsOf } from '../../edits/body.ts';
import { fieldsIn, nameOf, type Values } from '../../edits/merge.ts';
import type { Refusal, RemoteObject } from './remote.ts';
import type { EditTarget } from './target.ts';

/** What Pylon shows of a record, as it is stored. */
const shownIn = ({ facts }: EditTarget, remote: RemoteObject | undefined) =>
  remote === undefined ? undefined : { object: remote.object, facts, order: remote.answer.order };

/** How edits end, with what Pylon holds of the record; undefined: it is read again, with its child records. */
export function toldOutcome(
  target: EditTarget,
  edits: readonly Edit[],
  editOutcomes: readonly EditOutcome[],
  remote: RemoteObject | undefined,
  others: Pick<Settlement, 'alsoReread' | 'gone' | 'proof'> = { alsoReread: [] },
): Outcome {
  const { resource, record, facts } = target;
  const updates = edits.filter(({ operation }) => operation === 'update');
  return {
    ...{ is: 'told', resource, record, editOutcomes, facts, ...others },
    edited: {
      id: updates.at(-1)?.id ?? 0,
      fields: updates.flatMap(({ changes, base }) => fieldsIn(changes, base, kindsOf(resource)).map(nameOf)),
    },
    shown: shownIn(target, remote),
  };
}

/** Pylon refuses edits: the row is reset to Pylon's value. */
export function refusedOutcome(
  target: EditTarget,
  edits: readonly Edit[],
  refusal: Refusal,
  remote: RemoteObject | undefined,
  sent?: Values,
): Outcome {
  const editOutcomes = edits.map((edit) => ({ ...refusalOf(edit, refusal), sent }));
  return toldOutcome(target, edits, editOutcomes, remote);
}

export const refusalOf = ({ id }: Edit, { message, status, requestId }: Refusal): EditOutcome => ({
  ...{ id, event: 'refuse', error: message, status, requestId },
});

/**
 * A delete comes to nothing, or has a person decide: the row is back as Pylon showed it; where Pylon did not show it, as
 * it was, to be read again. `known`: what it was compared with.
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
