import type { Hint } from '../hints.ts';

export interface CoolDownOptions {
  /** The least time between two rereads of one record because of webhooks, in milliseconds. */
  readonly ms: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Calls `work` after so many milliseconds; such a timer must not keep the process alive. */
  readonly later?: (work: () => void, ms: number) => void;
}

const unref = (work: () => void, ms: number) => void setTimeout(work, ms).unref();

/** A record that was noted lately. */
interface Warm {
  readonly until: number;
  isDue: boolean;
}

/**
 * Notes each record at most once per cool-down, however often webhooks name it: an attacker can replay a captured
 * webhook for ever. No hint is dropped: those that come during a cool-down are noted once, when it ends.
 *
 * @param note stores records to be read again. If it rejects for records that are due now, the call rejects too.
 * @param onLost is called for a record that could not be noted at the end of its cool-down.
 */
export function coolingDown(
  note: (hints: readonly Hint[]) => Promise<void>,
  onLost: (hint: Hint, error: unknown) => void,
  { ms, now, later = unref }: CoolDownOptions,
): (hints: readonly Hint[]) => Promise<void> {
  const warm = new Map<string, Warm>();
  const keyOf = ({ resource, id }: Hint) => `${resource} ${id}`;
  const isWarm = (until: number, at: number) => until > at && until <= at + ms;
  const forget = (at: number) => {
    // The map is in the order of noting, so all behind the first that still cools down do so too.
    for (const [key, { until, isDue }] of warm) {
      if (isDue || isWarm(until, at)) break;
      warm.delete(key);
    }
  };
  const noteNow = async (hints: readonly Hint[]) => {
    const until = now() + ms;
    for (const hint of hints) {
      warm.delete(keyOf(hint));
      warm.set(keyOf(hint), { until, isDue: false });
    }
    try {
      await note(hints);
    } catch (error) {
      // Nothing was noted, so the sender may retry at once.
      for (const hint of hints) warm.delete(keyOf(hint));
      throw error;
    }
  };
  return async (hints) => {
    const at = now();
    forget(at);
    const due: Hint[] = [];
    for (const hint of hints) {
      const known = warm.get(keyOf(hint));
      if (known === undefined || (!known.isDue && !isWarm(known.until, at))) due.push(hint);
      else if (!known.isDue) {
        known.isDue = true;
        later(() => void noteNow([hint]).catch((error: unknown) => onLost(hint, error)), known.until - at);
      }
    }
    if (due.length > 0) await noteNow(due);
  };
}
