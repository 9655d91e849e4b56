import type { Resource } from '../../resources/define.ts';
import type { Report } from '../lib/failure-log.ts';
import { type PacedWork, runPaced } from '../lib/paced.ts';
import type { Context } from '../pass/context.ts';
import { auditOf } from '../runs/audit.ts';
import { resweepOf } from '../runs/resweep.ts';
import type { ChildSync } from '../runs/sync-children.ts';
import { doneOnce } from './first-reading.ts';

export interface BackgroundOptions {
  readonly resources: readonly Resource[];
  readonly overlapSeconds: number;
  /** Part of each endpoint's budget; 0 for none. */
  readonly auditShare: number;
}

/**
 * Milliseconds between looks where there is nothing to do: a minute of the limits' clock, of which more than a
 * real one is not waited for, nor less than a second.
 */
const idleMs = ({ pylon }: Context) => Math.min(60_000, Math.max(1_000, pylon.intervalMs));

/** The work of resweeps and audit: each endpoint at its own pace. */
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
 * Reads again, slowly and before anything else last, what no change points to, for as long as the signal lets it:
 * the children of parents that seem unchanged, and random objects.
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
      const work = async () => {
        // What was never read whole is being read: there is nothing to compare with yet.
        const done = (await doneOnce(ctx, [resource])).length > 0 && (await paced.work());
        report.recovered(name);
        return done;
      };
      return runPaced({ ...paced, work }, (error) => report.failed(name, error), ctx.signal, idleMs(ctx));
    }),
  );
}
