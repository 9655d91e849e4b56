import type { Resource } from '../../resources/define.ts';
import type { Report } from '../lib/failure-log.ts';
import { type PacedWork, runPaced } from '../lib/paced.ts';
import { remembered } from '../lib/remembered.ts';
import type { Context } from '../pass/context.ts';
import { auditOf } from '../runs/audit.ts';
import { knownMs } from '../runs/pace.ts';
import { resweepOf } from '../runs/resweep.ts';
import type { ChildSync } from '../runs/sync-children.ts';
import { doneOnce } from './first-reading.ts';

export interface BackgroundOptions {
  readonly resources: readonly Resource[];
  readonly overlapSeconds: number;
  /** Share of each endpoint's budget for resweeps and the audit, 0 to 1; 0 for neither. */
  readonly auditShare: number;
}

/**
 * Milliseconds to the next attempt when there was nothing to do: an interval of the limits, but at least a second and
 * at most a minute.
 */
const idleMs = ({ pylon }: Context) => Math.min(60_000, Math.max(1_000, pylon.intervalMs));

/** The work of resweeps and the audit, each endpoint at its own pace. */
function worksOf(ctx: Context, options: BackgroundOptions, follow: ChildSync) {
  const { resources, overlapSeconds, auditShare: share } = options;
  return resources.flatMap((resource): readonly (readonly [Resource, PacedWork])[] => {
    const { pull, get } = resource;
    if (pull.by === 'parent' && pull.mark !== undefined)
      return [[resource, resweepOf(ctx, resource, pull, { share })]];
    if (get === undefined) return [];
    return [[resource, auditOf(ctx, resource, get, follow, { share, overlapSeconds })]];
  });
}

/**
 * Reads again, slowly and at the lowest priority, what no change points to: the children of seemingly unchanged
 * parents, and random objects. Until the context's signal.
 *
 * @throws what `report` throws.
 */
export async function workInBackground(
  ctx: Context,
  options: BackgroundOptions,
  follow: ChildSync,
  report: Report,
): Promise<void> {
  if (options.auditShare === 0) return;
  await Promise.all(
    worksOf(ctx, options, follow).map(([resource, paced]) => {
      const { name } = paced;
      // While the first read is running there is nothing to compare with.
      const look = remembered(knownMs(ctx), async () => (await doneOnce(ctx, [resource]))[0]);
      // It stays done for as long as this process holds the lease: whoever has it read anew takes the lease over.
      let isRead = false;
      const everyMs = async () => {
        isRead ||= (await look()) !== undefined;
        return isRead ? paced.everyMs() : Number.POSITIVE_INFINITY;
      };
      const work = async () => {
        const done = await paced.work();
        report.recovered(name);
        return done;
      };
      return runPaced(
        { ...paced, everyMs, work },
        (error) => report.failed(name, error),
        ctx.signal,
        idleMs(ctx),
      );
    }),
  );
}
