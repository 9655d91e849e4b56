import { savePlan } from '../db/plan.ts';
import { writing } from '../db/transaction.ts';
import type { Activity } from './activity.ts';
import type { Context } from './context.ts';
import { every } from './every.ts';
import { planOf } from './plan.ts';

/** Milliseconds between notes of what is left of the first reading. */
const EVERY_MS = 2_000;

/** Keeps, where anyone can read it, what is left of the first reading, until nothing is. */
export async function notePlan(
  ctx: Context,
  activity: Activity,
  onError: (what: string, error: unknown) => void,
): Promise<void> {
  let saved = '';
  const note = async () => {
    const plan = planOf(
      [...activity.progress.values()],
      (endpoint) => ctx.pylon.perMinute(endpoint),
      Date.now(),
    );
    const content = JSON.stringify({ ...plan, as_of: undefined });
    if (content === saved) return false;
    await writing(ctx.db, ctx.lease, (tx) => savePlan(tx, plan));
    saved = content;
    return false;
  };
  await every(EVERY_MS, ctx.signal, note, (error) => onError('plan', error));
}
