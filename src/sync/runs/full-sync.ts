import type { Executor } from '../../db/connection/connect.ts';
import { dropCursors, readCursor, saveCursor } from '../../db/progress/cursors.ts';
import { TransientError } from '../../errors.ts';
import { link } from '../../pylon/signal.ts';
import { customFields } from '../../resources/custom_fields.ts';
import type { Resource } from '../../resources/define.ts';
import { enumerateAll } from '../enumerate/all.ts';
import { isWholeByItself } from '../enumerate/slices.ts';
import { newBell } from '../lib/bell.ts';
import type { Context } from '../pass/context.ts';
import type { Pass, PassPosition, Scope } from '../pass/pass.ts';
import { FINISHED_BEFORE, newProgress, type ResourceProgress } from '../pass/progress.ts';
import { coveredUntil } from './covered.ts';
import {
  type Positions,
  type ResumePolicy,
  readPositions,
  resumeOrStart,
  type WhenFinished,
} from './resume.ts';
import { runPass } from './run-pass.ts';
import { followCustomFields } from './views.ts';

export interface WholeOptions {
  readonly kind: 'backfill' | 'lists' | 'reconcile';
  readonly resources: readonly Resource[];
  /** What to do with resources that an earlier run of this kind has finished. */
  readonly finished: WhenFinished;
  /** Where the resources are, if the caller has just read that. */
  readonly positions?: Positions;
  /** The earliest `created_at` to mirror, RFC 3339; applies to resources listed by time and their children. */
  readonly since?: string | undefined;
  /**
   * Only what was created from `since` to before `until`, RFC 3339. Such a read saves its position apart from that of
   * a complete read.
   */
  readonly range?: { readonly since?: string | undefined; readonly until?: string | undefined };
  readonly windowDays: number;
  /** Whether to compare contents instead of digests and to read the children of every parent again. */
  readonly deep?: boolean;
  /**
   * Seconds by which incremental pulls overlap; a change this shortly before a pull began may not be covered by it.
   */
  readonly overlapSeconds: number;
  /** Called when the read of a resource ends, also by failure; others may still be running. */
  readonly onEnded?: ((resource: string) => void) | undefined;
  /**
   * How long, in milliseconds, a read waits for the read of its parents while no page of parents arrives; default: a
   * minute. A backfill always waits until that read has ended.
   */
  readonly parentSilentMs?: number;
  /**
   * Milliseconds between two looks for parents that arrived meanwhile; default: few at first, then half a second. The end of
   * their read is not waited for so long.
   */
  readonly parentLookMs?: number;
}

function scopeOf({ kind, since, range, windowDays }: WholeOptions): Scope {
  if (range === undefined) return { name: kind, since, windowDays };
  const name = `range ${range.since ?? ''}..${range.until ?? ''}`;
  return { name, since: range.since ?? since, until: range.until, windowDays };
}

/** The resource whose rows this one is listed by, if any; slices are where an answer is cut off. */
export function parentOf({ pull }: Resource): string | undefined {
  switch (pull.by) {
    case 'parent':
      return pull.parent;
    case 'reference':
      return pull.from.resource;
    case 'slices':
      return pull.within.resource;
    default:
      return undefined;
  }
}

const PARENT_SILENT_MS = 60_000;

/**
 * Returns a function that says whether to stop waiting for more parents: their read has ended, or no page of it has
 * arrived for `parentSilentMs`. A backfill waits for the end, since no later read makes up for what it missed.
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
const endpointOf = ({ pull }: Resource) =>
  `${['search', 'slices'].includes(pull.by) ? 'POST' : 'GET'} ${pull.path}`;

/**
 * Reads every object of the given resources once. Reads resources concurrently, and children as their parents arrive.
 * Resumes an interrupted read where it stopped. Returns the progress of each resource. A resource that fails has the
 * state `failed` there and does not stop the others.
 *
 * @throws the reason of `ctx.signal` or `ctx.lease.lost`; errors of the database outside a resource's pass.
 */
export async function fullSync(ctx: Context, options: WholeOptions): Promise<readonly ResourceProgress[]> {
  const { kind, resources, finished, deep = false, onEnded = () => {} } = options;
  const scope = scopeOf(options);
  const positions = options.positions ?? (await readPositions(ctx, scope.name, resources));
  const taking = { finished, deep, resources, positions };
  const linked = link(ctx.signal, ctx.lease.lost);
  const { signal } = linked;
  const open = new Set(resources.map(({ name }) => name));
  const all = resources.map((resource) => ({
    resource,
    progress: newProgress(resource.name, endpointOf(resource), kind),
    /** Rung once its parents are read. */
    bell: newBell(),
  }));
  const results = await Promise.allSettled(
    all.map(async ({ resource, progress, bell }) => {
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
            untilParents: (ms) => bell.wait(options.parentLookMs ?? ms, signal),
          }),
        );
        const isShaping = resource.name === customFields.name || resource.pull.by === 'types';
        // Where an earlier process read them, the daemon's lists soon follow what may have been left.
        const isLeft =
          finished === 'keep' && positions.get(resource.name)?.done === true && progress.requests === 0;
        if (isShaping && progress.state === 'done' && !isLeft) await followCustomFields(ctx);
      } finally {
        open.delete(resource.name);
        for (const one of all) if (parentOf(one.resource) === resource.name) one.bell.ring();
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
  /** Progress of the parents' read, where it is part of this run. */
  readonly parent: Readonly<ResourceProgress> | undefined;
  readonly parentsDone: () => boolean;
  readonly untilParents: (ms: number) => Promise<void>;
}

async function readOne(
  ctx: Context,
  resource: Resource,
  progress: ResourceProgress,
  { scope, options, taking, signal, parent, parentsDone, untilParents }: Course,
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
  const covered = kind === 'reconcile' ? await coveredUntil(ctx.db.orm, resource, overlapSeconds) : undefined;
  let listedBy = parentOf(resource);
  const enumerate = async (pass: Pass) => {
    const span = await enumerateAll(pass);
    if (isWholeByItself(span)) listedBy = undefined;
    // A read that ended as done would not be resumed when the retried read of its parents finds more of them.
    if (kind === 'backfill' && listedBy !== undefined && parent?.state === 'failed')
      throw new TransientError(`${parent.resource} were not read whole: ${resource.name} may be missing`);
    return span;
  };
  await runPass(
    {
      ...{ ctx, kind, resource, scope, progress, position, signal, parentsDone, untilParents },
      coveredUntil: covered,
    },
    { enumerate, finish: (tx, ended) => finish(tx, resource, scope, position, { ended, listedBy }) },
  );
}

/**
 * Saves that the read has ended. If a later read finds that a resource is (or is not) available to the token,
 * corrects that in the cursor of the backfill too.
 */
async function finish(
  tx: Executor,
  { name }: Resource,
  scope: Scope,
  { pass, since }: PassPosition,
  { ended, listedBy }: { readonly ended: 'done' | 'unavailable'; readonly listedBy: string | undefined },
): Promise<void> {
  const finished_at = new Date().toISOString();
  const by = listedBy === undefined ? {} : { listed_by: listedBy };
  const bound = since === undefined ? {} : { since };
  const { types } = (await readCursor<PassPosition>(tx, name, scope.name)) ?? {};
  const read = types === undefined ? {} : { types };
  await dropCursors(tx, name, `${scope.name} `);
  await saveCursor(tx, name, scope.name, { pass, ...bound, done: true, ended, finished_at, ...by, ...read });
  const first = scope.name === 'backfill' ? undefined : await readCursor<PassPosition>(tx, name, 'backfill');
  if (first?.done !== true) return;
  const all = types === undefined ? first.types : [...new Set([...(first.types ?? []), ...types])];
  if (first.ended !== ended || all?.length !== first.types?.length)
    await saveCursor(tx, name, 'backfill', {
      ...first,
      ended,
      ...(all === undefined ? {} : { types: all }),
    });
}
