import type { Edit } from '../../db/edits/queue.ts';
import type { EditOutcome } from '../../db/settle/end.ts';
import { findProvisional, type Known } from '../../db/settle/ids.ts';
import type { Values } from '../../edits/merge.ts';
import { isProvisional, provisionalIn, withIds } from '../../edits/provisional.ts';
import { UNSETTLED } from '../../edits/states.ts';
import { TransientError } from '../../errors.ts';
import { toldOutcome } from './outcomes.ts';
import { postpone } from './postpone.ts';
import { settleUnasked } from './settle.ts';
import type { EditTarget, PushContext } from './target.ts';

const isWaiting = ({ state }: Known) => state !== null && (UNSETTLED as readonly string[]).includes(state);

/** A create of which the id is not known. */
type Missing = Known & { readonly edit: number };

/** An edit with the ids that Pylon gave, or what is in its way. What only looks like a provisional id is left alone. */
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
 * The edits that can be carried out, with Pylon's ids in the place of provisional ones. Those that name a record which
 * could not be created fail with it; should one still be waited for, they wait too.
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
    // Pylon was not asked: where it cannot be settled it is tried again, and then the create may be there.
    await settleUnasked(ctx, toldOutcome(target, ended, editOutcomes, undefined));
    return ready;
  }
  const { resource, record } = target;
  const create = failed.find(({ edit }) => edit.operation === 'create')?.edit.id;
  if (create === undefined) {
    await settleUnasked(ctx, { is: 'not created', resource, record, editOutcomes });
    return ready;
  }
  // What was changed of it since goes with it.
  const error = `depends on edit ${create}`;
  const rest = ready.map(({ id }): EditOutcome => ({ id, event: 'refuse', error, dependsOn: create }));
  const all = [...editOutcomes, ...rest];
  await settleUnasked(ctx, { is: 'not created', resource, record, editOutcomes: all, create });
  return [];
}
