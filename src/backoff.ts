/** How waits between tries grow, milliseconds. */
export interface Growth {
  readonly baseMs: number;
  readonly capMs: number;
  /** Which part of a wait chance takes off, so that not everybody comes at once: any, up to a half, or none. Default: any. */
  readonly jitter?: 'full' | 'half' | 'none';
}

/**
 * Milliseconds to wait after the given failed attempt (1 is the first): doubled each time up to the cap. `random` is
 * from 0 to 1.
 */
export function backoffMs(
  { baseMs, capMs, jitter = 'full' }: Growth,
  attempt: number,
  random: () => number = Math.random,
): number {
  const longest = Math.min(capMs, baseMs * 2 ** (attempt - 1));
  const share = jitter === 'none' ? 1 : jitter === 'half' ? 1 - random() / 2 : random();
  return Math.round(longest * share);
}

/** From how many milliseconds of failure on it is a warning, and an error. */
export interface Patience {
  readonly warnAfterMs: number;
  readonly errorAfterMs: number;
}

/**
 * How long may fail what: a process that cannot work at all, one piece of its work beside others, and an edit that
 * waits for Pylon, which no one misses before.
 */
export const PATIENCE = {
  process: { warnAfterMs: 10_000, errorAfterMs: 60_000 },
  piece: { warnAfterMs: 60_000, errorAfterMs: 600_000 },
  edit: { warnAfterMs: 600_000, errorAfterMs: 3_600_000 },
} satisfies Readonly<Record<string, Patience>>;

/** The level at which to log what has been failing for so many milliseconds. */
export const levelAfter = (
  failingMs: number,
  { warnAfterMs, errorAfterMs }: Patience,
): 'info' | 'warn' | 'error' =>
  failingMs >= errorAfterMs ? 'error' : failingMs >= warnAfterMs ? 'warn' : 'info';
