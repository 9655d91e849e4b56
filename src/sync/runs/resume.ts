import { writing } from '../../db/lease/transaction.ts';
import { dropCursors, NOT_BEGUN, readCursor, saveCursor } from '../../db/progress/cursors.ts';
import { beginDeep } from '../../db/progress/deep-reading.ts';
import type { Resource } from '../../resources/define.ts';
import type { Context } from '../pass/context.ts';
import type { PassPosition, Scope } from '../pass/pass.ts';

/** How long a finished resource counts as fresh when an unfinished reading is taken up again. */
const FRESH_MS = 24 * 3_600_000;

/**
 * What becomes of a resource that is finished: read `again`; left alone where it was finished lately as part of
 * a reading that is not (`fresh`); left alone in any case (`keep`).
 */
export type WhenFinished = 'again' | 'fresh' | 'keep';

/** What decides, for all resources of a reading at once, which of the finished ones are left alone. */
export interface ResumePolicy {
  readonly finished: WhenFinished;
  /** Whether an earlier reading was begun and not ended, for any of them. */
  readonly unfinished: boolean;
  /** Whether contents are compared, and the children of every parent read again. */
  readonly deep?: boolean;
}

/** Whether a reading was begun and not ended, for any of the resources. */
export async function isUnfinished(
  ctx: Context,
  scope: string,
  resources: readonly Resource[],
): Promise<boolean> {
  for (const { name } of resources)
    if ((await readCursor<PassPosition>(ctx.db.orm, name, scope))?.done === false) return true;
  return false;
}

/** A `Date` header has whole seconds, and so has what is learned from it. */
const CLOCK_MS = 2_000;

/** The position of a pass that begins now. */
function freshPosition({ pylon }: Context, since: string | undefined): PassPosition {
  const pass = new Date(pylon.time().earliest - CLOCK_MS).toISOString();
  return { pass, done: false, ...(since === undefined ? {} : { since }) };
}

/**
 * Where a resource begins: in the middle of what an ended reading left, nowhere, or at the beginning. A reading
 * that began at another `since` than is asked for now begins anew, and so does one that is to be deep now and was not;
 * one that was deep stays so. No other reading of the scope may be under way.
 */
export async function resumeOrStart(
  ctx: Context,
  resource: Resource,
  scope: Scope,
  { finished, unfinished, deep = false }: ResumePolicy,
): Promise<PassPosition> {
  const { name } = resource;
  const isFresh = ({ finished_at }: PassPosition) =>
    finished_at !== undefined && Date.now() - Date.parse(finished_at) < FRESH_MS;
  const stays = (position: PassPosition) =>
    position.since === scope.since &&
    position.pass !== NOT_BEGUN &&
    (!deep || position.deep !== undefined) &&
    (!position.done || finished === 'keep' || (finished === 'fresh' && unfinished && isFresh(position)));

  const held = await readCursor<PassPosition>(ctx.db.orm, name, scope.name);
  if (held !== undefined && stays(held)) return held;
  const isDeep = deep || (held?.done === false && held.deep !== undefined);
  return writing(ctx.db, ctx.lease, async (tx) => {
    const fresh: PassPosition = {
      ...freshPosition(ctx, scope.since),
      ...(isDeep ? { deep: await beginDeep(tx, ctx.lease, resource) } : {}),
    };
    await dropCursors(tx, name, `${scope.name} `);
    await saveCursor(tx, name, scope.name, fresh);
    return fresh;
  });
}
