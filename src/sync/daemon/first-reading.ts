import { setTimeout as sleep } from 'node:timers/promises';
import { readCursor } from '../../db/progress/cursors.ts';
import type { Resource } from '../../resources/define.ts';
import type { Activity } from '../pass/activity.ts';
import type { Context } from '../pass/context.ts';
import type { PassPosition } from '../pass/pass.ts';
import type { ResourceProgress } from '../pass/progress.ts';
import type { PullOptions } from '../pass/pull-options.ts';
import { sums } from '../pass/sums.ts';
import { fullSync, parentOf } from '../runs/full-sync.ts';

/** Told when everything has been gone through once in this process. */
export type OnRead = (results: readonly Readonly<ResourceProgress>[]) => Promise<void>;

/** Milliseconds before what failed is tried again, doubled each time. */
const FIRST_MS = 10_000;
const MOST_MS = 300_000;

/** Resources of which everything has been read once. */
export async function doneOnce(ctx: Context, resources: readonly Resource[]): Promise<readonly Resource[]> {
  const positions = await Promise.all(
    resources.map(({ name }) => readCursor<PassPosition>(ctx.db.orm, name, 'backfill')),
  );
  return resources.filter((_, index) => positions[index]?.done === true);
}

/**
 * Reads what was never read whole, by this process or an earlier one, and goes on until all of it is. What
 * failed is tried again with what it is listed by, whatever the rest is doing; what is done is left alone.
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

/** Resources that are listed by each other's rows, together; others alone. */
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

/** Reads some resources: `once` is what the first attempt came to, `whole` when all of them are read. */
function readFamily(ctx: Context, options: PullOptions) {
  const { log, signal } = ctx;
  const attempt = () => fullSync(ctx, { ...options, kind: 'backfill', finished: 'keep' });
  const once = attempt();
  const goOn = async () => {
    let results = await once;
    for (let waitMs = FIRST_MS; !isDone(results); waitMs = Math.min(MOST_MS, waitMs * 2)) {
      await sleep(waitMs, undefined, { signal });
      results = await attempt();
      log.info({ pass: 'backfill', ...sums(results) }, 'pass ended');
    }
  };
  return { once, whole: goOn() };
}

/** All of them, once each has ended: none is under way any more when one's failure is thrown. */
async function allOf<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  const ended = await Promise.allSettled(works);
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return ended.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
