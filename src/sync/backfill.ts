import { dropCursors, readCursor, saveCursor } from '../db/cursors.ts';
import { closeAbandonedRuns } from '../db/runs.ts';
import { writing } from '../db/transaction.ts';
import type { Resource } from '../resources/define.ts';
import type { Context } from './context.ts';
import type { PassPosition, Scope } from './pass.ts';
import { newProgress, type ResourceProgress } from './progress.ts';
import { runPass } from './run-pass.ts';
import { bindToken } from './workspace.ts';

export interface BackfillOptions {
  readonly resources: readonly Resource[];
  /** RFC 3339 bounds of `created_at`, for resources that are listed by time. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly windowDays: number;
}

/** How long a finished resource counts as fresh when an unfinished backfill is taken up again. */
const FRESH_MS = 24 * 3_600_000;

/** The endpoint whose limit bounds a resource's listing. */
function endpointOf({ pull }: Resource): string {
  return `${pull.by === 'search' ? 'POST' : 'GET'} ${pull.path}`;
}

function scopeOf({ since, until, windowDays }: BackfillOptions): Scope {
  const bounded = since !== undefined || until !== undefined;
  return { name: bounded ? `range ${since ?? ''}..${until ?? ''}` : 'backfill', since, until, windowDays };
}

interface Task {
  readonly resource: Resource;
  readonly position: PassPosition;
  readonly progress: ResourceProgress;
}

/**
 * Where each resource begins: in the middle of what an ended backfill left; nowhere, when that backfill had
 * finished it lately; else at the beginning.
 */
async function takeUp(ctx: Context, options: BackfillOptions, scope: Scope): Promise<readonly Task[]> {
  const pass = new Date(ctx.pylon.now()).toISOString();
  const saved = await Promise.all(
    options.resources.map((resource) => readCursor<PassPosition>(ctx.db.orm, resource.name, scope.name)),
  );
  const unfinished = saved.some((position) => position?.done === false);
  const isFresh = (position: PassPosition) =>
    position.finished_at !== undefined && Date.now() - Date.parse(position.finished_at) < FRESH_MS;

  return writing(ctx.db, ctx.lease, async (tx) => {
    const tasks: Task[] = [];
    for (const [index, resource] of options.resources.entries()) {
      const held = saved[index];
      const progress = newProgress(resource.name, endpointOf(resource));
      if (held !== undefined && (!held.done || (unfinished && isFresh(held)))) {
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

/** Names of the resources whose rows a resource's listing starts from. */
function parentOf({ pull }: Resource): string | undefined {
  return pull.by === 'parent' ? pull.parent : pull.by === 'reference' ? pull.from.resource : undefined;
}

/**
 * Reads every object of the given resources once. All run side by side; children follow their parents as
 * these come in. A backfill that was ended goes on where it stood. Returns each resource's figures; a
 * resource that failed says so there and does not hold up the others.
 *
 * @throws UsageError when the database belongs to another workspace, or the reason of `ctx.signal`.
 */
export async function backfill(ctx: Context, options: BackfillOptions): Promise<readonly ResourceProgress[]> {
  const scope = scopeOf(options);
  const signal = AbortSignal.any([ctx.signal, ctx.lease.lost]);
  await bindToken(ctx);
  await closeAbandonedRuns(ctx.db);
  const tasks = await takeUp(ctx, options, scope);
  const open = new Set(tasks.filter((task) => !task.position.done).map((task) => task.resource.name));

  const results = await Promise.allSettled(
    tasks.map(async ({ resource, position, progress }) => {
      if (position.done) {
        progress.state = 'done';
        progress.covered = 1;
        ctx.onProgress(progress, 'finished before');
        return;
      }
      const parent = parentOf(resource);
      const finish = () =>
        writing(ctx.db, ctx.lease, async (tx) => {
          await dropCursors(tx, resource.name, `${scope.name} `);
          const finished_at = new Date().toISOString();
          await saveCursor(tx, resource.name, scope.name, { ...position, done: true, finished_at });
        });
      try {
        const parentsDone = () => parent === undefined || !open.has(parent);
        await runPass({ ctx, resource, scope, progress, signal, position, parentsDone }, 'backfill', finish);
      } finally {
        open.delete(resource.name);
      }
    }),
  );
  const ended = results.find((result) => result.status === 'rejected');
  if (ended !== undefined) throw signal.aborted ? signal.reason : ended.reason;
  return tasks.map((task) => task.progress);
}
