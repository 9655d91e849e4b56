import { savePlan } from '../db/plan.ts';
import { writing } from '../db/transaction.ts';
import type { Activity } from './activity.ts';
import type { Context } from './context.ts';
import { planOf } from './plan.ts';

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
