import { dropCursors, readCursor, saveCursor } from '../db/cursors.ts';
import { writing } from '../db/transaction.ts';
import { TransientError } from '../errors.ts';
import { link } from '../pylon/signal.ts';
import type { Resource } from '../resources/define.ts';
import type { Context } from './context.ts';
import { coveredUntil } from './covered.ts';
import { enumerateWhole } from './enumerate/whole.ts';
import type { Pass, PassPosition, Scope } from './pass.ts';
import type { ResourceProgress } from './progress.ts';
import { runPass } from './run-pass.ts';
import { freshPosition, type TakeUpOptions, type Task, takeUp } from './take-up.ts';

export interface WholeOptions extends TakeUpOptions {
  readonly kind: 'backfill' | 'lists' | 'reconcile';
  /** First `created_at` that is mirrored, RFC 3339; of resources that are listed by time, and what hangs on them. */
  readonly since?: string | undefined;
  /** Only what was created between these, RFC 3339, the first included: a reading of its own. */
  readonly range?: { readonly since?: string | undefined; readonly until?: string | undefined };
  readonly windowDays: number;
  /** Seconds by which incremental pulls overlap: what changed this shortly before they began may not be covered. */
  readonly overlapSeconds: number;
}

function scopeOf({ kind, since, range, windowDays }: WholeOptions): Scope {
  if (range === undefined) return { name: kind, since, windowDays };
  const name = `range ${range.since ?? ''}..${range.until ?? ''}`;
  return { name, since: range.since ?? since, until: range.until, windowDays };
}

/** Name of the resource whose rows a resource's listing starts from. */
function parentOf({ pull }: Resource): string | undefined {
  return pull.by === 'parent' ? pull.parent : pull.by === 'reference' ? pull.from.resource : undefined;
}

/**
 * Reads every object of the given resources once. All run side by side; children follow their parents as
 * these come in. A reading that was ended goes on where it stood. Returns each resource's figures; a
 * resource that failed says so there and does not hold up the others.
 *
 * @throws the reason of `ctx.signal`, and what makes every pass pointless (a token that is refused).
 */
export async function readWhole(ctx: Context, options: WholeOptions): Promise<readonly ResourceProgress[]> {
  const scope = scopeOf(options);
  const tasks = await takeUp(ctx, scope, options);
  const linked = link(ctx.signal, ctx.lease.lost);
  const { signal } = linked;
  const open = new Set(tasks.filter((task) => !task.position.done).map((task) => task.resource.name));
  const results = await Promise.allSettled(
    tasks.map(async (task) => {
      const parent = tasks.find(({ resource }) => resource.name === parentOf(task.resource));
      const parentsDone = () => parent === undefined || !open.has(parent.resource.name);
      try {
        await ctx.whole.run(task.resource.name, () =>
          readOne(ctx, task, { scope, options, signal, parent: parent?.progress, parentsDone }),
        );
      } finally {
        open.delete(task.resource.name);
      }
    }),
  );
  linked.unlink();
  const ended = results.find((result) => result.status === 'rejected');
  if (ended !== undefined) throw signal.aborted ? signal.reason : ended.reason;
  return tasks.map((task) => task.progress);
}

interface Course {
  readonly scope: Scope;
  readonly options: WholeOptions;
  readonly signal: AbortSignal;
  /** The reading of the rows that this one's listings start from, where it is part of the whole. */
  readonly parent: Readonly<ResourceProgress> | undefined;
  readonly parentsDone: () => boolean;
}

async function readOne(
  ctx: Context,
  { resource, position: before, progress }: Task,
  { scope, options, signal, parent, parentsDone }: Course,
): Promise<void> {
  const position = options.finished === 'again' ? await positionNow(ctx, resource, scope, before) : before;
  if (position.done) {
    progress.state = position.ended ?? 'done';
    progress.covered = 1;
    progress.remainingRequests = 0;
    ctx.onProgress(progress, 'finished before');
    return;
  }
  const { kind, overlapSeconds } = options;
  const finish = (ended: 'done' | 'unavailable') =>
    writing(ctx.db, ctx.lease, async (tx) => {
      await dropCursors(tx, resource.name, `${scope.name} `);
      const finished_at = new Date().toISOString();
      await saveCursor(tx, resource.name, scope.name, {
        pass: position.pass,
        ...(position.since === undefined ? {} : { since: position.since }),
        done: true,
        ended,
        finished_at,
      });
    });
  const enumerate = async (pass: Pass) => {
    const span = await enumerateWhole(pass);
    // Done, it would never be gone back to, however many parents come in when theirs is tried again.
    if (kind === 'backfill' && parent?.state === 'failed')
      throw new TransientError(`${parent.resource} were not read whole: ${resource.name} may be missing`);
    return span;
  };
  const covered = kind === 'reconcile' ? await coveredUntil(ctx.db, resource, overlapSeconds) : undefined;
  await runPass(
    { ctx, kind, resource, scope, progress, position, signal, parentsDone, coveredUntil: covered },
    { enumerate, finish },
  );
}

/**
 * Where a reading is to begin that may have waited for another one of the same kind: anew where that has ended
 * meanwhile, which began before this one was asked for, and where it stopped where it failed.
 */
async function positionNow(
  ctx: Context,
  { name }: Resource,
  scope: Scope,
  before: PassPosition,
): Promise<PassPosition> {
  if (before.done) return before;
  const held = await readCursor<PassPosition>(ctx.db.orm, name, scope.name);
  if (held?.done === false) return held;
  const { since } = before;
  const fresh = freshPosition(ctx, since);
  await writing(ctx.db, ctx.lease, (tx) => saveCursor(tx, name, scope.name, fresh));
  return fresh;
}

/** Whether a reading of a kind was begun and not ended, for any of the resources. */
export async function isUnfinished(
  ctx: Context,
  kind: WholeOptions['kind'],
  resources: readonly Resource[],
): Promise<boolean> {
  for (const { name } of resources)
    if ((await readCursor<PassPosition>(ctx.db.orm, name, kind))?.done === false) return true;
  return false;
}
