import type { Executor } from '../../db/connection/connect.ts';
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

/** The message of an edit that names a record whose create has failed or was discarded. */
const dependsOn = ({ edit, state }: Missing) =>
  `depends on edit ${edit}, which ${state === 'failed' ? 'failed' : 'was discarded'}`;

/** The message of an edit that names a record which another edit is still to create. */
const waitsFor = (edit: number) => `waits for edit ${edit}`;

/** What can be sent of the edits of one record, and what cannot. */
interface Sendable {
  /** With Pylon's ids in place of provisional ones. */
  readonly ready: readonly Edit[];
  /** Those from the first on that names a record still to be created, and why they wait; empty if none does. */
  readonly waiting: readonly Edit[];
  readonly whyWaiting: string;
  /** Those that name a record whose create has failed or was discarded. */
  readonly failed: readonly { readonly edit: Edit; readonly create: number; readonly why: string }[];
}

/** Which edits of a record can be sent now, by the records that they name. Changes nothing. */
export async function sendableOf(db: Executor, record: string, edits: readonly Edit[]): Promise<Sendable> {
  const isNew = edits[0]?.operation === 'create';
  const namedBy = ({ changes }: Edit) => [
    ...provisionalIn(changes).filter((id) => id !== record),
    ...(isProvisional(record) && !isNew ? [record] : []),
  ];
  const named = [...new Set(edits.flatMap(namedBy))];
  if (named.length === 0) return { ready: edits, waiting: [], whyWaiting: '', failed: [] };
  const found = await findProvisional(db, named);
  const ready: Edit[] = [];
  const failed: { readonly edit: Edit; readonly create: number; readonly why: string }[] = [];
  for (const [index, edit] of edits.entries()) {
    const outcome = resolved(edit, namedBy(edit), found);
    if ('changes' in outcome) ready.push(outcome);
    else if (isWaiting(outcome))
      return { ready, waiting: edits.slice(index), whyWaiting: waitsFor(outcome.edit), failed };
    else failed.push({ edit, create: outcome.edit, why: dependsOn(outcome) });
  }
  return { ready, waiting: [], whyWaiting: '', failed };
}

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
  const { ready, waiting, whyWaiting, failed } = await sendableOf(ctx.db.orm, target.record, edits);
  await postpone(
    push,
    { resource: target.resource.name, record: target.record, edits: waiting },
    new TransientError(whyWaiting),
  );
  if (failed.length === 0) return ready;
  const editOutcomes = failed.map(
    ({ edit: { id }, create: missing, why }): EditOutcome => ({
      ...{ id, event: 'refuse', error: why, dependsOn: missing },
    }),
  );
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
