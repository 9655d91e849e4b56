/** Epoch milliseconds that no step of the machine's clock disturbs: those that wait by it never wait too long. */
export const steadyNow = (): number => performance.timeOrigin + performance.now();

/**
 * What is known of the time at Pylon, epoch milliseconds. Pylon's clock and ours may both be wrong: the truth lies between
 * them as long as one of them is right.
 */
export interface TimeBounds {
  /** Our own clock. */
  readonly own: number;
  readonly earliest: number;
  readonly latest: number;
  /** Whether Pylon has said what time it is there; else the bounds are a day from our own clock. */
  readonly isKnown: boolean;
}

/** What our own clock may be wrong by, where Pylon's is not known at all. */
const UNKNOWN_MS = 86_400_000;

/** The bounds of a moment at which our clock said `own` and Pylon's, where known, `pylon`. */
export function boundsOf(own: number, pylon: number | undefined): TimeBounds {
  if (pylon === undefined)
    return { own, earliest: own - UNKNOWN_MS, latest: own + UNKNOWN_MS, isKnown: false };
  return { own, earliest: Math.min(own, pylon), latest: Math.max(own, pylon), isKnown: true };
}

/** A moment before something was asked. */
export interface Moment {
  /** Our own clock then. */
  readonly own: number;
  /** The bounds of that moment, by the `Date` of an answer that came in just now. */
  bounds(date: number | undefined): TimeBounds;
}

/** The present moment. @param wall our own clock, which may be set at any time. */
export function momentNow(wall: () => number): Moment {
  const own = wall();
  const beganAt = performance.now();
  return {
    own,
    // The answer's date less what it took: no later than the moment it was asked for.
    bounds: (date) => boundsOf(own, date === undefined ? undefined : date - (performance.now() - beganAt)),
  };
}

/** Another machine's clock, learned from what it says. */
export interface Clock {
  /** Epoch milliseconds over there. */
  now(): number;
  /** Whether anything was learned of it yet; before that it is ours. */
  isKnown(): boolean;
  /** Learns from a `Date` header, epoch milliseconds, the moment it arrives. */
  follow(date: number): void;
}

/** The header has whole seconds: a smaller difference says nothing. */
const JITTER_MS = 1000;

export function followingClock(now: () => number): Clock {
  let skewMs = 0;
  let known = false;
  return {
    now: () => now() + skewMs,
    isKnown: () => known,
    follow: (date) => {
      known = true;
      const differs = date - now();
      if (Math.abs(differs - skewMs) > JITTER_MS) skewMs = differs;
    },
  };
}
