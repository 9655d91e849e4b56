import type { Due } from '../../db/progress/reads.ts';
import type { TimeBounds } from '../../pylon/clock.ts';

/** Pylon's times have whole seconds, and so has the `Date` they are compared with. */
const SETTLED_MS = 2_000;
/** A mark further ahead than this, in milliseconds, was not set by what happens now. */
const AHEAD_MS = 60_000;

const UNSETTLED = ' ?';

/**
 * The mark to save for a listing that was read. A change within the second of the mark, after the request, does not
 * move the mark. So until that second has certainly passed the listing is due once more.
 *
 * @param asked bounds of Pylon's clock when the listing was requested. If these are too wide (no `Date`, or clocks
 * that disagree), a listing read twice at the same mark counts as settled.
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
