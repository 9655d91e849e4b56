import { backoffMs } from '../../backoff.ts';
import type { Resource } from '../../resources/define.ts';
import { sleep } from '../../sleep.ts';
import { allOf } from '../lib/all-of.ts';
import type { Activity } from '../pass/activity.ts';
import type { Context } from '../pass/context.ts';
import type { ResourceProgress } from '../pass/progress.ts';
import type { PullOptions } from '../pass/pull-options.ts';
import { sums } from '../pass/sums.ts';
import { fullSync } from '../runs/full-sync.ts';
import { type Positions, readPositions } from '../runs/resume.ts';
import { familiesOf } from './families.ts';

/** Called when this process has gone through everything once. */
export type OnRead = (results: readonly Readonly<ResourceProgress>[]) => Promise<void>;

/** Milliseconds before the first retry of what failed; doubled each time. */
const AGAIN = { baseMs: 10_000, capMs: 300_000, jitter: 'none' as const };

/** The resources whose first read is done. */
export async function doneOnce(ctx: Context, resources: readonly Resource[]): Promise<readonly Resource[]> {
  const positions = await readPositions(ctx, 'backfill', resources);
  return resources.filter(({ name }) => positions.get(name)?.done === true);
}

/**
 * Does the first read of every resource that has none yet, and ends when all are done. A resource that fails is
 * retried together with those it is listed by, independently of the others.
 */
export async function firstReading(
  ctx: Context,
  options: PullOptions & { readonly activity: Activity; readonly onRead: OnRead },
): Promise<void> {
  // Together, since where everything has been read this is all that there is to do.
  const positions = await readPositions(ctx, 'backfill', options.resources);
  const families = familiesOf(options.resources).map((resources) =>
    readFamily(ctx, { ...options, resources }, positions),
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

/**
 * Reads a group of resources. `once` resolves with the outcome of the first attempt, `whole` when all of them are
 * read.
 */
function readFamily(ctx: Context, options: PullOptions, positions: Positions) {
  const { log, signal } = ctx;
  const attempt = (known: { readonly positions?: Positions } = {}) =>
    fullSync(ctx, { ...options, ...known, kind: 'backfill', finished: 'keep' });
  const once = attempt({ positions });
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
