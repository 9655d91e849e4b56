import type { Edit } from '../../db/edits/queue.ts';
import type { EditOutcome } from '../../db/settle/end.ts';
import { findProvisional, type Known } from '../../db/settle/ids.ts';
import type { Values } from '../../edits/merge.ts';
import { isProvisional, provisionalIn, withIds } from '../../edits/provisional.ts';
import { UNSETTLED } from '../../edits/states.ts';
import { TransientError } from '../../errors.ts';
import { updatedOutcome } from './outcomes.ts';
import { postpone } from './postpone.ts';
import { settleUnasked } from './settle.ts';
import type { EditTarget, PushContext } from './target.ts';

const isWaiting = ({ state }: Known) => state !== null && (UNSETTLED as readonly string[]).includes(state);

/** A provisional id that has no id of Pylon's (yet). */
type Missing = Known & { readonly edit: number };

/**
 * Replaces the provisional ids in an edit with Pylon's, or returns the first one that has none yet. Text that only
 * looks like a provisional id stays.
 */
function resolved(edit: Edit, named: readonly string[], found: ReadonlyMap<string, Known>): Edit | Missing {
  const missing = named
    .map((id) => found.get(id))
    .find((known): known is Missing => known?.id === null && known.edit !== null);
  if (missing !== undefined) return missing;
  const ids = new Map(
    [...found.values()].flatMap(({ provisional, id }) => (id === null ? [] : [[provisional, id] as const])),
  );
  return {
    ...edit,
    changes: withIds(edit.changes, ids) as Values,
    base: withIds(edit.base, ids) as Values,
  };
}

const outcomeWithout = ({ id }: Edit, { edit, state }: Missing): EditOutcome => ({
  ...{ id, event: 'refuse', dependsOn: edit },
  error: `depends on edit ${edit}, which ${state === 'failed' ? 'failed' : 'was discarded'}`,
});

/**
 * Returns the edits that can be sent, with provisional ids replaced by Pylon's. An edit that names a record whose
 * create has failed or was discarded fails too. From the first edit that names a record still to be created, the
 * edits are put back.
 */
export async function resolveProvisionalIds(
  push: PushContext,
  target: EditTarget,
  edits: readonly Edit[],
): Promise<readonly Edit[]> {
  const { ctx } = push;
  const isNew = edits[0]?.operation === 'create';
  const namedBy = ({ changes }: Edit) => [
    ...provisionalIn(changes).filter((id) => id !== target.record),
    ...(isProvisional(target.record) && !isNew ? [target.record] : []),
  ];
  const named = [...new Set(edits.flatMap(namedBy))];
  if (named.length === 0) return edits;
  const found = await findProvisional(ctx.db.orm, named);
  const ready: Edit[] = [];
  const failed: { readonly edit: Edit; readonly editOutcome: EditOutcome }[] = [];
  for (const [index, edit] of edits.entries()) {
    const outcome = resolved(edit, namedBy(edit), found);
    if ('changes' in outcome) ready.push(outcome);
    else if (isWaiting(outcome)) {
      const waiting = { resource: target.resource.name, record: target.record, edits: edits.slice(index) };
      await postpone(push, waiting, new TransientError(`waits for edit ${outcome.edit}`));
      break;
    } else failed.push({ edit, editOutcome: outcomeWithout(edit, outcome) });
  }
  if (failed.length === 0) return ready;
  const editOutcomes = failed.map(({ editOutcome }) => editOutcome);
  if (!isProvisional(target.record)) {
    const ended = failed.map(({ edit }) => edit);
    // Nothing was sent: if settling fails, the edits are tried again, and the record may be created by then.
    await settleUnasked(ctx, updatedOutcome(target, ended, editOutcomes, undefined));
    return ready;
  }
  const { resource, record } = target;
  const create = failed.find(({ edit }) => edit.operation === 'create')?.edit.id;
  if (create === undefined) {
    await settleUnasked(ctx, { is: 'not created', resource, record, editOutcomes });
    return ready;
  }
  // If the create fails, so do the later edits of its record.
  const error = `depends on edit ${create}`;
  const rest = ready.map(({ id }): EditOutcome => ({ id, event: 'refuse', error, dependsOn: create }));
  const all = [...editOutcomes, ...rest];
  await settleUnasked(ctx, { is: 'not created', resource, record, editOutcomes: all, create });
  return [];
}
