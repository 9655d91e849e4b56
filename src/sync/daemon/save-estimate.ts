import { writing } from '../../db/lease/transaction.ts';
import { savePlan } from '../../db/progress/estimate.ts';
import type { Activity } from '../pass/activity.ts';
import type { Context } from '../pass/context.ts';
import { planOf } from '../pass/estimate.ts';

/**
 * Returns a function that saves the estimate of what is left of the first read, if it has changed, for `status` to
 * show.
 */
export function newPlanNote(ctx: Context, activity: Activity): () => Promise<void> {
  let saved = '';
  return async () => {
    const plan = planOf(
      [...activity.progress.values()],
      (endpoint) => ctx.pylon.perMinute(endpoint),
      Date.now(),
    );
    const content = JSON.stringify({ ...plan, as_of: undefined });
    if (content === saved) return;
    await writing(ctx.db, ctx.lease, (tx) => savePlan(tx, plan));
    saved = content;
  };
}
