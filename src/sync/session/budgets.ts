import { saveBudgets } from '../../db/workspace/budgets.ts';
import { reasonOf } from '../../errors.ts';
import type { Context } from '../pass/context.ts';

/** Milliseconds between saves; requests of this time are lost to the count when the process is killed. */
const EVERY_MS = 2_000;

/**
 * Saves at intervals, and once more when stopped, what was asked of each endpoint: `status` shows it, and a process
 * that follows within the minute counts it. Returns the function that stops it.
 */
export function noteBudgets({ db, lease, pylon, log }: Context): () => Promise<void> {
  const save = async () => {
    const uses = pylon.uses().map(({ endpoint, queued, answeredAt, pausedUntil }) => ({
      endpoint,
      per_minute: Math.floor(pylon.perMinute(endpoint)),
      queued,
      answered_at: answeredAt,
      paused_until: pausedUntil === 0 ? null : new Date(pausedUntil).toISOString(),
    }));
    await saveBudgets(db, lease, uses);
  };
  // Nobody awaits what the timer starts; a rejection would end the process.
  const note = () =>
    save().catch((error: unknown) => log.debug({ reason: reasonOf(error) }, 'budgets not noted'));
  const timer = setInterval(note, EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await note();
  };
}
