import type { Due } from '../../db/reads.ts';

/** Pylon's times have whole seconds, and so has the `Date` that they are compared with. */
const SETTLED_MS = 2_000;
/** Further ahead than clocks differ: it was not set by what happens now. */
const AHEAD_MS = 60_000;

const UNSETTLED = ' ?';

/**
 * The mark of a listing that was read. What happens in the second of a mark, after the listing was asked for,
 * moves nothing that would tell: until that second is over for certain the listing is due once more.
 *
 * @param asked Pylon's clock at no later moment than the listing was asked for, epoch milliseconds; where that is
 * not known, a listing that was read twice at one mark is taken for settled.
 */
export function markOf({ mark, before }: Due, asked: number | undefined): string {
  const times = mark.split(' ').filter((part) => part !== '');
  const latest = Math.max(...times.map((seconds) => Number(seconds) * 1_000));
  const isSettled =
    asked === undefined
      ? before === mark + UNSETTLED
      : latest + SETTLED_MS <= asked || latest > asked + AHEAD_MS;
  return times.length === 0 || Number.isNaN(latest) || isSettled ? mark : mark + UNSETTLED;
}
