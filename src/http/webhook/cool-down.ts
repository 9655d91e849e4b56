import type { Hint } from '../hints.ts';

export interface CoolDownOptions {
  /** Between one reading of a record that a webhook brings about and the next, milliseconds. */
  readonly ms: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Calls something back after so many milliseconds; keeps no process alive. */
  readonly later?: (work: () => void, ms: number) => void;
}

const unref = (work: () => void, ms: number) => void setTimeout(work, ms).unref();

/** When a record was last noted, and whether it is to be noted again once it has cooled down. */
interface Warm {
  readonly until: number;
  isDue: boolean;
}

/**
 * Notes a record at once, and again at the earliest when it has cooled down, however often webhooks name it meanwhile:
 * whoever has captured one can send it again for ever. None is dropped: what comes meanwhile is noted once, at the end.
 *
 * @param note takes records to be read again; where it rejects for those that are due now, so does the call.
 * @param onLost told of records that could not be noted at the end.
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
    // In the order in which they were noted: what is behind the first warm one is warm too.
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
      // It may come again at once.
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
