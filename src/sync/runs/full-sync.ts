import { writing } from '../../db/lease/transaction.ts';
import { dropCursors, readCursor, saveCursor } from '../../db/progress/cursors.ts';
import { TransientError } from '../../errors.ts';
import { link } from '../../pylon/wire/signal.ts';
import type { Resource } from '../../resources/define.ts';
import { enumerateAll } from '../enumerate/all.ts';
import type { Context } from '../pass/context.ts';
import type { Pass, PassPosition, Scope } from '../pass/pass.ts';
import { FINISHED_BEFORE, newProgress, type ResourceProgress } from '../pass/progress.ts';
import { coveredUntil } from './covered.ts';
import { isUnfinished, type ResumePolicy, resumeOrStart, type WhenFinished } from './resume.ts';
import { runPass } from './run-pass.ts';
import { followCustomFields } from './views.ts';

export interface WholeOptions {
  readonly kind: 'backfill' | 'lists' | 'reconcile';
  readonly resources: readonly Resource[];
  /** What to do about resources that an earlier reading of the kind has finished. */
  readonly finished: WhenFinished;
  /** First `created_at` that is mirrored, RFC 3339; of resources that are listed by time, and what hangs on them. */
  readonly since?: string | undefined;
  /** Only what was created between these, RFC 3339, the first included: a reading of its own. */
  readonly range?: { readonly since?: string | undefined; readonly until?: string | undefined };
  readonly windowDays: number;
  /** Whether contents are compared, not digests, and the children of every parent read again. */
  readonly deep?: boolean;
  /** Seconds by which incremental pulls overlap: what changed this shortly before they began may not be covered. */
  readonly overlapSeconds: number;
  /** Called as each resource's reading ends, however it ended, while others may go on. */
  readonly onEnded?: ((resource: string) => void) | undefined;
  /** For how long, in milliseconds, a reading waits for that of its parents' which gets no answer; default: a minute. */
  readonly parentSilentMs?: number;
}

function scopeOf({ kind, since, range, windowDays }: WholeOptions): Scope {
  if (range === undefined) return { name: kind, since, windowDays };
  const name = `range ${range.since ?? ''}..${range.until ?? ''}`;
  return { name, since: range.since ?? since, until: range.until, windowDays };
}

/** Name of the resource whose rows a resource's listing starts from. */
export function parentOf({ pull }: Resource): string | undefined {
  return pull.by === 'parent' ? pull.parent : pull.by === 'reference' ? pull.from.resource : undefined;
}

const PARENT_SILENT_MS = 60_000;

/**
 * Whether a reading need not wait for that of its parents any more: it has ended, or gets no answers. Not so the
 * first one, which would not be made up for.
 */
function whetherDone(
  { kind, parentSilentMs = PARENT_SILENT_MS }: WholeOptions,
  parent: Readonly<ResourceProgress> | undefined,
  isOpen: (resource: string) => boolean,
): () => boolean {
  if (parent === undefined) return () => true;
  let known = -1;
  let since = 0;
  return () => {
    if (!isOpen(parent.resource)) return true;
    if (kind === 'backfill') return false;
    const now = performance.now();
    if (parent.pages !== known) [known, since] = [parent.pages, now];
    return now - since > parentSilentMs;
  };
}

/** The endpoint whose limit bounds a resource's listing. */
const endpointOf = ({ pull }: Resource) => `${pull.by === 'search' ? 'POST' : 'GET'} ${pull.path}`;

/**
 * Reads every object of the given resources once. All run side by side; children follow their parents as
 * these come in. A reading that was ended goes on where it stood. Returns each resource's figures; a
 * resource that failed says so there and does not hold up the others.
 *
 * @throws the reason of `ctx.signal`.
 */
export async function fullSync(ctx: Context, options: WholeOptions): Promise<readonly ResourceProgress[]> {
  const { kind, resources, finished, deep = false, onEnded = () => {} } = options;
  const scope = scopeOf(options);
  const taking = { finished, deep, unfinished: await isUnfinished(ctx, scope.name, resources) };
  const linked = link(ctx.signal, ctx.lease.lost);
  const { signal } = linked;
  const open = new Set(resources.map(({ name }) => name));
  const all = resources.map((resource) => ({
    resource,
    progress: newProgress(resource.name, endpointOf(resource), kind),
  }));
  const results = await Promise.allSettled(
    all.map(async ({ resource, progress }) => {
      const parent = all.find((one) => one.resource.name === parentOf(resource));
      const parentsDone = whetherDone(options, parent?.progress, (name) => open.has(name));
      try {
        await ctx.whole.run(resource.name, () =>
          readOne(ctx, resource, progress, {
            scope,
            options,
            taking,
            signal,
            parent: parent?.progress,
            parentsDone,
          }),
        );
        if (resource.name === 'custom_fields' && progress.state === 'done') await followCustomFields(ctx);
      } finally {
        open.delete(resource.name);
        onEnded(resource.name);
      }
    }),
  );
  linked.unlink();
  const ended = results.find((result) => result.status === 'rejected');
  if (ended !== undefined) throw signal.aborted ? signal.reason : ended.reason;
  return all.map(({ progress }) => progress);
}

interface Course {
  readonly scope: Scope;
  readonly options: WholeOptions;
  readonly taking: ResumePolicy;
  readonly signal: AbortSignal;
  /** The reading of the rows that this one's listings start from, where it is part of the whole. */
  readonly parent: Readonly<ResourceProgress> | undefined;
  readonly parentsDone: () => boolean;
}

async function readOne(
  ctx: Context,
  resource: Resource,
  progress: ResourceProgress,
  { scope, options, taking, signal, parent, parentsDone }: Course,
): Promise<void> {
  signal.throwIfAborted();
  const position = await resumeOrStart(ctx, resource, scope, taking);
  if (position.done) {
    progress.state = position.ended ?? 'done';
    progress.covered = 1;
    progress.remainingRequests = 0;
    ctx.onProgress(progress, FINISHED_BEFORE);
    return;
  }
  const { kind, overlapSeconds } = options;
  const covered = kind === 'reconcile' ? await coveredUntil(ctx.db, resource, overlapSeconds) : undefined;
  const enumerate = async (pass: Pass) => {
    const span = await enumerateAll(pass);
    // Done, it would never be gone back to, however many parents come in when theirs is tried again.
    if (kind === 'backfill' && parent?.state === 'failed')
      throw new TransientError(`${parent.resource} were not read whole: ${resource.name} may be missing`);
    return span;
  };
  await runPass(
    { ctx, kind, resource, scope, progress, position, signal, parentsDone, coveredUntil: covered },
    { enumerate, finish: (ended) => finish(ctx, resource, scope, position, ended) },
  );
}

/** Notes the end of a reading. What a later one finds of a resource's being available holds for the first one too. */
async function finish(
  ctx: Context,
  { name }: Resource,
  scope: Scope,
  { pass, since }: PassPosition,
  ended: 'done' | 'unavailable',
): Promise<void> {
  const { db, lease } = ctx;
  const finished_at = new Date().toISOString();
  const bound = since === undefined ? {} : { since };
  await writing(db, lease, async (tx) => {
    await dropCursors(tx, name, `${scope.name} `);
    await saveCursor(tx, name, scope.name, { pass, ...bound, done: true, ended, finished_at });
    const first =
      scope.name === 'backfill' ? undefined : await readCursor<PassPosition>(tx, name, 'backfill');
    if (first?.done === true && first.ended !== ended)
      await saveCursor(tx, name, 'backfill', { ...first, ended });
  });
}
