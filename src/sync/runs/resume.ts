import { writing } from '../../db/lease/transaction.ts';
import {
  dropCursors,
  NOT_BEGUN,
  readCursor,
  readCursorOfEach,
  saveCursor,
} from '../../db/progress/cursors.ts';
import { beginDeep } from '../../db/progress/deep-reading.ts';
import type { Resource } from '../../resources/define.ts';
import type { Context } from '../pass/context.ts';
import type { PassPosition, Scope } from '../pass/pass.ts';

/** How long, in milliseconds, a finished resource counts as fresh when an unfinished read is resumed. */
const FRESH_MS = 24 * 3_600_000;

/**
 * What to do with a finished resource. `again`: read it again. `fresh`: skip it if it was finished lately, as part of
 * a run that is not finished. `keep`: skip it.
 */
export type WhenFinished = 'again' | 'fresh' | 'keep';

/** Decides, for all resources of a run, which finished ones are skipped. */
export interface ResumePolicy {
  readonly finished: WhenFinished;
  /** The resources of the run. */
  readonly resources: readonly Resource[];
  /** Where they were as the run began. */
  readonly positions: Positions;
  /** Whether to compare contents and to read the children of every parent again. */
  readonly deep?: boolean;
}

/** Positions by resource; those that were never read have none. */
export type Positions = ReadonlyMap<string, PassPosition>;

/** Where the resources are in a scope. */
export const readPositions = (
  { db }: Context,
  scope: string,
  resources: readonly Resource[],
): Promise<Positions> =>
  readCursorOfEach<PassPosition>(
    db.orm,
    resources.map(({ name }) => name),
    scope,
  );

const areUnfinished = (positions: Positions): boolean =>
  [...positions.values()].some(({ done }) => done === false);

/** Whether an earlier run has not ended for any of the resources. */
export const isUnfinished = async (
  ctx: Context,
  scope: string,
  resources: readonly Resource[],
): Promise<boolean> => areUnfinished(await readPositions(ctx, scope, resources));

/**
 * Whether the finished read of a resource may lack objects, since it went by rows of another resource that the run reads
 * too, and the read of these has not ended or ended after it: they were first read by themselves.
 */
function mayLack(name: string, policy: ResumePolicy): boolean {
  const { resources, positions } = policy;
  const { listed_by: parent, ended: how, finished_at: ended = '' } = positions.get(name) ?? {};
  if (
    parent === undefined ||
    how === 'unavailable' ||
    !resources.some((resource) => resource.name === parent)
  )
    return false;
  const its = positions.get(parent);
  return its?.done !== true || (its.finished_at ?? '') > ended || mayLack(parent, policy);
}

/** A `Date` header has whole seconds, so Pylon's clock is known to a second or two. */
const CLOCK_MS = 2_000;

/** The position of a pass that begins now. */
function freshPosition({ pylon }: Context, since: string | undefined): PassPosition {
  const pass = new Date(pylon.time().earliest - CLOCK_MS).toISOString();
  return { pass, done: false, ...(since === undefined ? {} : { since }) };
}

/**
 * Where to begin a resource: at the position an interrupted read left, nowhere because it is finished, or at the
 * beginning. A read begins anew if its `since` differs from the one asked for, or if it is to be deep and was not; a
 * deep one stays deep. A finished read also begins anew where its parents have been read after it. No other read of
 * the scope may be running.
 */
export async function resumeOrStart(
  ctx: Context,
  resource: Resource,
  scope: Scope,
  policy: ResumePolicy,
): Promise<PassPosition> {
  const { finished, positions, deep = false } = policy;
  const { name } = resource;
  /** Whether a type that is followed by now was not read then. */
  const lacksTypes = ({ types = [] }: PassPosition) =>
    resource.pull.by === 'types' && ctx.types.some((type) => !types.includes(type));
  const isFresh = ({ finished_at }: PassPosition) =>
    finished_at !== undefined && Date.now() - Date.parse(finished_at) < FRESH_MS;
  const stays = (position: PassPosition) =>
    position.since === scope.since &&
    position.pass !== NOT_BEGUN &&
    (!deep || position.deep !== undefined) &&
    (!position.done ||
      (finished === 'keep' && !lacksTypes(position) && !mayLack(name, policy)) ||
      (finished === 'fresh' && areUnfinished(positions) && isFresh(position) && !mayLack(name, policy)));

  // A read that is finished, and stays so, is not looked at once more.
  const before = positions.get(name);
  if (before?.done === true && stays(before)) return before;
  return writing(ctx.db, ctx.lease, async (tx) => {
    const existing = await readCursor<PassPosition>(tx, name, scope.name);
    if (existing !== undefined && stays(existing)) return existing;
    const isDeep = deep || (existing?.done === false && existing.deep !== undefined);
    const fresh: PassPosition = {
      ...freshPosition(ctx, scope.since),
      // Of what has been read once, nothing is read again.
      ...(finished === 'keep' && existing?.done === true && existing.pass !== NOT_BEGUN && existing.types
        ? { types: existing.types }
        : {}),
      ...(isDeep ? { deep: await beginDeep(tx, ctx.lease, resource) } : {}),
    };
    await dropCursors(tx, name, `${scope.name} `);
    await saveCursor(tx, name, scope.name, fresh);
    return fresh;
  });
}
