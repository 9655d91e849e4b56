import { writing } from '../../db/lease/transaction.ts';
import { savePlan } from '../../db/progress/estimate.ts';
import type { Activity } from '../pass/activity.ts';
import type { Context } from '../pass/context.ts';
import { planOf } from '../pass/estimate.ts';

/** What keeps, where anyone can read it, what is left of the first reading; it writes when that has changed. */
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
