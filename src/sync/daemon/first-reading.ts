import { backoffMs } from '../../backoff.ts';
import { readCursor } from '../../db/progress/cursors.ts';
import type { Resource } from '../../resources/define.ts';
import { sleep } from '../../sleep.ts';
import type { Activity } from '../pass/activity.ts';
import type { Context } from '../pass/context.ts';
import type { PassPosition } from '../pass/pass.ts';
import type { ResourceProgress } from '../pass/progress.ts';
import type { PullOptions } from '../pass/pull-options.ts';
import { sums } from '../pass/sums.ts';
import { fullSync, parentOf } from '../runs/full-sync.ts';

/** Called when this process has gone through everything once. */
export type OnRead = (results: readonly Readonly<ResourceProgress>[]) => Promise<void>;

/** Milliseconds before the first retry of what failed; doubled each time. */
const AGAIN = { baseMs: 10_000, capMs: 300_000, jitter: 'none' as const };

/** The resources whose first read is done. */
export async function doneOnce(ctx: Context, resources: readonly Resource[]): Promise<readonly Resource[]> {
  const positions = await Promise.all(
    resources.map(({ name }) => readCursor<PassPosition>(ctx.db.orm, name, 'backfill')),
  );
  return resources.filter((_, index) => positions[index]?.done === true);
}

/**
 * Does the first read of every resource that has none yet, and ends when all are done. A resource that fails is
 * retried together with those it is listed by, independently of the others.
 */
export async function firstReading(
  ctx: Context,
  options: PullOptions & { readonly activity: Activity; readonly onRead: OnRead },
): Promise<void> {
  const families = familiesOf(options.resources).map((resources) =>
    readFamily(ctx, { ...options, resources }),
  );
  const first = async () => {
    const results = (await allOf(families.map(({ once }) => once))).flat();
    ctx.log.info({ pass: 'backfill', ...sums(results) }, 'pass ended');
    if (isDone(results)) options.activity.complete = true;
    await options.onRead(results);
  };
  await allOf<unknown>([first(), ...families.map(({ whole }) => whole)]);
  options.activity.complete = true;
}

const isDone = (results: readonly Readonly<ResourceProgress>[]) =>
  results.every(({ state }) => state !== 'failed');

/** Groups resources that are listed by each other's rows; the others are groups of one. */
function familiesOf(resources: readonly Resource[]): readonly (readonly Resource[])[] {
  const families = new Map<string, Resource[]>();
  const rootOf = (resource: Resource): string => {
    const parent = resources.find(({ name }) => name === parentOf(resource));
    return parent === undefined ? resource.name : rootOf(parent);
  };
  for (const resource of resources) {
    const root = rootOf(resource);
    families.set(root, [...(families.get(root) ?? []), resource]);
  }
  return [...families.values()];
}

/**
 * Reads a group of resources. `once` resolves with the outcome of the first attempt, `whole` when all of them are
 * read.
 */
function readFamily(ctx: Context, options: PullOptions) {
  const { log, signal } = ctx;
  const attempt = () => fullSync(ctx, { ...options, kind: 'backfill', finished: 'keep' });
  const once = attempt();
  const goOn = async () => {
    let results = await once;
    for (let failures = 1; !isDone(results); failures += 1) {
      await sleep(backoffMs(AGAIN, failures), signal);
      results = await attempt();
      log.info({ pass: 'backfill', ...sums(results) }, 'pass ended');
    }
  };
  return { once, whole: goOn() };
}

/** Waits for all of them to end before a failure is thrown, so that none is still running then. */
async function allOf<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  const ended = await Promise.allSettled(works);
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return ended.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
