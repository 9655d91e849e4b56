import { type BudgetUse, saveBudgets } from '../../db/workspace/budgets.ts';
import { reasonOf } from '../../errors.ts';
import type { EndpointUse } from '../../pylon/types.ts';
import type { Context } from '../pass/context.ts';

/** Milliseconds between saves; requests of this time are lost to the count when the process is killed. */
const EVERY_MS = 2_000;

/** What is saved of an endpoint. */
interface Noted {
  readonly use: BudgetUse;
  /** When the last saved request was answered, and how many requests there were then. */
  readonly last: readonly [at: number, times: number];
}

const lastOf = ({ answered_at }: BudgetUse): Noted['last'] => {
  const at = answered_at.at(-1) ?? 0;
  return [at, answered_at.filter((one) => one === at).length];
};

/** Whether there is more to save than that earlier requests have expired. */
function isNews(use: BudgetUse, noted: Noted | undefined): boolean {
  if (noted === undefined) return true;
  const [at, times] = lastOf(use);
  const [notedAt, notedTimes] = noted.last;
  return (
    use.per_minute !== noted.use.per_minute ||
    use.queued !== noted.use.queued ||
    use.paused_until !== noted.use.paused_until ||
    at > notedAt ||
    (at === notedAt && times > notedTimes)
  );
}

/**
 * Saves at intervals, and once more when stopped, the requests to each endpoint since the last save: `status`
 * shows them, and a process that starts within the minute counts them. Writes nothing if there were no
 * requests. Returns the function that stops it.
 */
export function noteBudgets(
  { db, lease, pylon, log }: Context,
  { everyMs = EVERY_MS }: { readonly everyMs?: number } = {},
): () => Promise<void> {
  const noted = new Map<string, Noted>();
  const useOf = ({ endpoint, queued, answeredAt, pausedUntil }: EndpointUse): BudgetUse => ({
    endpoint,
    per_minute: Math.floor(pylon.perMinute(endpoint)),
    queued,
    answered_at: answeredAt,
    paused_until: pausedUntil === 0 ? null : new Date(pausedUntil).toISOString(),
  });
  const save = async () => {
    const news = pylon
      .uses()
      .map(useOf)
      .filter((use) => isNews(use, noted.get(use.endpoint)));
    await saveBudgets(db, lease, news);
    // Only once it is written, so that a failed save is repeated.
    for (const use of news) noted.set(use.endpoint, { use, last: lastOf(use) });
  };
  // No caller awaits the timer's work, so an unhandled rejection would end the process.
  let underWay: Promise<void> | undefined;
  const note = () => {
    underWay ??= save()
      .catch((error: unknown) => log.debug({ reason: reasonOf(error) }, 'budgets not noted'))
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
  const timer = setInterval(note, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await underWay;
    await note();
  };
}
