import { dropCursors, readCursor, saveCursor } from '../db/cursors.ts';
import { writing } from '../db/transaction.ts';
import type { Resource } from '../resources/define.ts';
import type { Context } from './context.ts';
import type { PassKind } from './kinds.ts';
import type { PassPosition, Scope } from './pass.ts';
import { newProgress, type ResourceProgress } from './progress.ts';

/** How long a finished resource counts as fresh when an unfinished backfill is taken up again. */
const FRESH_MS = 24 * 3_600_000;

/** The endpoint whose limit bounds a resource's listing. */
export function endpointOf({ pull }: Resource): string {
  return `${pull.by === 'search' ? 'POST' : 'GET'} ${pull.path}`;
}

/** One resource to be read, and from where. */
export interface Task {
  readonly resource: Resource;
  readonly position: PassPosition;
  readonly progress: ResourceProgress;
}

/**
 * What becomes of a resource that is finished: read `again`; left alone where it was finished lately as part of
 * a reading that is not (`fresh`); left alone in any case (`keep`).
 */
export type Finished = 'again' | 'fresh' | 'keep';

export interface TakeUpOptions {
  readonly kind: PassKind;
  readonly resources: readonly Resource[];
  /** What to do about resources that an earlier reading of the kind has finished. */
  readonly finished: Finished;
}

/** A `Date` header has whole seconds, and so has what is learned from it. */
const CLOCK_MS = 2_000;
/** What our own clock may be wrong by, where Pylon's is not known at all. */
const UNKNOWN_CLOCK_MS = 86_400_000;

/** The position of a pass that begins now. */
export function freshPosition({ pylon }: Context, since: string | undefined): PassPosition {
  const uncertain = pylon.knowsTime() ? CLOCK_MS : UNKNOWN_CLOCK_MS;
  const pass = new Date(pylon.now() - uncertain).toISOString();
  return { pass, done: false, ...(since === undefined ? {} : { since }) };
}

/**
 * Where each resource begins: in the middle of what an ended reading left, nowhere, or at the beginning. A
 * reading that began at another `since` than is asked for now begins anew.
 */
export async function takeUp(
  ctx: Context,
  scope: Scope,
  { kind, resources, finished }: TakeUpOptions,
): Promise<readonly Task[]> {
  const saved = await Promise.all(
    resources.map((resource) => readCursor<PassPosition>(ctx.db.orm, resource.name, scope.name)),
  );
  const unfinished = saved.some((position) => position?.done === false);
  const isFresh = (position: PassPosition) =>
    position.finished_at !== undefined && Date.now() - Date.parse(position.finished_at) < FRESH_MS;
  const stays = (position: PassPosition) =>
    position.since === scope.since &&
    (!position.done || finished === 'keep' || (finished === 'fresh' && unfinished && isFresh(position)));
  const fresh = freshPosition(ctx, scope.since);

  return writing(ctx.db, ctx.lease, async (tx) => {
    const tasks: Task[] = [];
    for (const [index, resource] of resources.entries()) {
      const held = saved[index];
      const progress = newProgress(resource.name, endpointOf(resource), kind);
      if (held !== undefined && stays(held)) {
        tasks.push({ resource, position: held, progress });
        continue;
      }
      await dropCursors(tx, resource.name, `${scope.name} `);
      await saveCursor(tx, resource.name, scope.name, fresh);
      tasks.push({ resource, position: fresh, progress });
    }
    return tasks;
  });
}
