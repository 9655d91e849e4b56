import type { Due } from '../../db/progress/reads.ts';
import type { TimeBounds } from '../../pylon/clock.ts';

/** Pylon's times have whole seconds, and so has the `Date` that they are compared with. */
const SETTLED_MS = 2_000;
/** Further ahead than clocks differ: it was not set by what happens now. */
const AHEAD_MS = 60_000;

const UNSETTLED = ' ?';

/**
 * The mark of a listing that was read. What happens in the second of a mark, after the listing was asked for,
 * moves nothing that would tell: until that second is over for certain the listing is due once more.
 *
 * @param asked what was known of the time at Pylon when the listing was asked for. Where that is too little to tell (no
 * `Date`, or clocks that disagree), a listing that was read twice at one mark is taken for settled.
 */
export function markOf({ mark, before }: Due, { earliest, latest, isKnown }: TimeBounds): string {
  const times = mark.split(' ').filter((part) => part !== '');
  const changed = Math.max(...times.map((seconds) => Number(seconds) * 1_000));
  const isVague = !isKnown || latest - earliest > AHEAD_MS;
  const isSettled =
    changed + SETTLED_MS <= earliest ||
    changed > latest + AHEAD_MS ||
    (isVague && before === mark + UNSETTLED);
  return times.length === 0 || Number.isNaN(changed) || isSettled ? mark : mark + UNSETTLED;
}
