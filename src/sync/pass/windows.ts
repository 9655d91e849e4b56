import { ZERO_TIME } from '../../instant.ts';

/** Pylon's timestamps have whole seconds, and so do the bounds of windows. */
const SECOND = 1_000;
const DAY = 86_400 * SECOND;

/** The oldest instant Pylon sends (Go's zero time): no window begins before it. */
const YEAR_ONE = ZERO_TIME;

/** The next whole second: what was created within the current one lies before it. */
export function nextSecond(ms: number): number {
  return (Math.floor(ms / SECOND) + 1) * SECOND;
}

/** A grid of windows of equal length that abut exactly, counted back from an anchor. Epoch milliseconds. */
export interface Grid {
  readonly anchor: number;
  readonly days: number;
  /** Windows begin no earlier than this. */
  readonly floor: number;
}

/** The windows of `days` days each that end at `anchor`, RFC 3339, and reach back to `since` or to the year 1. */
export function grid(anchor: string, days: number, since: string | undefined): Grid {
  const floor = since === undefined ? YEAR_ONE : Math.max(Date.parse(since), YEAR_ONE);
  return { anchor: Date.parse(anchor), days, floor };
}

/** Start of the window that ends at `end`. */
export function startOf({ days, floor }: Grid, end: number): number {
  return Math.max(end - days * DAY, floor);
}

/**
 * The end of the grid's window that contains `instant`, which is older than `frontier`, the oldest start so far. An
 * instant on a boundary belongs to the newer window. The result is never after `frontier`, so every step leads
 * further back.
 */
export function endHolding({ anchor, days }: Grid, instant: number, frontier: number): number {
  const span = days * DAY;
  const back = Math.ceil((anchor - instant) / span) - 1;
  return Math.min(anchor - back * span, frontier);
}
