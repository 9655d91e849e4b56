import { dropCursors, readCursor, saveCursor } from '../db/cursors.ts';
import { writing } from '../db/transaction.ts';
import type { Resource } from '../resources/define.ts';
import type { Context } from './context.ts';
import type { PassPosition, Scope } from './pass.ts';
import { newProgress, type ResourceProgress } from './progress.ts';

/** How long a finished resource counts as fresh when an unfinished backfill is taken up again. */
const FRESH_MS = 24 * 3_600_000;

/** The endpoint whose limit bounds a resource's listing. */
function endpointOf({ pull }: Resource): string {
  return `${pull.by === 'search' ? 'POST' : 'GET'} ${pull.path}`;
}

/** One resource to be read, and from where. */
export interface Task {
  readonly resource: Resource;
  readonly position: PassPosition;
  readonly progress: ResourceProgress;
}

/**
 * Where each resource begins: in the middle of what an ended backfill left; nowhere, when that backfill had
 * finished it lately, unless all is to be read `again`; else at the beginning.
 */
export async function takeUp(
  ctx: Context,
  resources: readonly Resource[],
  scope: Scope,
  again: boolean,
): Promise<readonly Task[]> {
  const pass = new Date(ctx.pylon.now()).toISOString();
  const saved = await Promise.all(
    resources.map((resource) => readCursor<PassPosition>(ctx.db.orm, resource.name, scope.name)),
  );
  const unfinished = saved.some((position) => position?.done === false);
  const isFresh = (position: PassPosition) =>
    position.finished_at !== undefined && Date.now() - Date.parse(position.finished_at) < FRESH_MS;

  return writing(ctx.db, ctx.lease, async (tx) => {
    const tasks: Task[] = [];
    for (const [index, resource] of resources.entries()) {
      const held = saved[index];
      const progress = newProgress(resource.name, endpointOf(resource));
      if (held !== undefined && (!held.done || (!again && unfinished && isFresh(held)))) {
        tasks.push({ resource, position: held, progress });
        continue;
      }
      const position = { pass, done: false };
      await dropCursors(tx, resource.name, `${scope.name} `);
      await saveCursor(tx, resource.name, scope.name, position);
      tasks.push({ resource, position, progress });
    }
    return tasks;
  });
}
