import { dropCursors, saveCursor } from '../db/cursors.ts';
import { closeAbandonedRuns } from '../db/runs.ts';
import { writing } from '../db/transaction.ts';
import type { Resource } from '../resources/define.ts';
import { noteBudgets } from './budgets.ts';
import type { Context } from './context.ts';
import type { Scope } from './pass.ts';
import type { ResourceProgress } from './progress.ts';
import { runPass } from './run-pass.ts';
import { type Task, takeUp } from './take-up.ts';
import { bindToken } from './workspace.ts';

export interface BackfillOptions {
  readonly resources: readonly Resource[];
  /** RFC 3339 bounds of `created_at`, for resources that are listed by time. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly windowDays: number;
  /** Read again what an unfinished backfill has finished lately, too. */
  readonly again?: boolean;
}

function scopeOf({ since, until, windowDays }: BackfillOptions): Scope {
  const bounded = since !== undefined || until !== undefined;
  return { name: bounded ? `range ${since ?? ''}..${until ?? ''}` : 'backfill', since, until, windowDays };
}

/** Name of the resource whose rows a resource's listing starts from. */
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
  const stopNoting = noteBudgets(ctx);
  try {
    await bindToken(ctx);
    await closeAbandonedRuns(ctx.db, ctx.lease);
    const scope = scopeOf(options);
    const tasks = await takeUp(ctx, options.resources, scope, options.again ?? false);
    await readAll(ctx, tasks, scope);
    return tasks.map((task) => task.progress);
  } finally {
    await stopNoting();
  }
}

async function readAll(ctx: Context, tasks: readonly Task[], scope: Scope): Promise<void> {
  const signal = AbortSignal.any([ctx.signal, ctx.lease.lost]);
  const open = new Set(tasks.filter((task) => !task.position.done).map((task) => task.resource.name));
  const results = await Promise.allSettled(
    tasks.map(async (task) => {
      const parent = parentOf(task.resource);
      const parentsDone = () => parent === undefined || !open.has(parent);
      try {
        await readOne(ctx, task, scope, { signal, parentsDone });
      } finally {
        open.delete(task.resource.name);
      }
    }),
  );
  const ended = results.find((result) => result.status === 'rejected');
  if (ended !== undefined) throw signal.aborted ? signal.reason : ended.reason;
}

async function readOne(
  ctx: Context,
  { resource, position, progress }: Task,
  scope: Scope,
  course: { readonly signal: AbortSignal; readonly parentsDone: () => boolean },
): Promise<void> {
  if (position.done) {
    progress.state = position.ended ?? 'done';
    progress.covered = 1;
    ctx.onProgress(progress, 'finished before');
    return;
  }
  const finish = (ended: 'done' | 'unavailable') =>
    writing(ctx.db, ctx.lease, async (tx) => {
      await dropCursors(tx, resource.name, `${scope.name} `);
      const finished_at = new Date().toISOString();
      await saveCursor(tx, resource.name, scope.name, {
        pass: position.pass,
        done: true,
        ended,
        finished_at,
      });
    });
  await runPass({ ctx, resource, scope, progress, position, ...course }, 'backfill', finish);
}
