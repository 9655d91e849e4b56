/** Epoch milliseconds of a monotonic clock: setting the machine's clock does not change it. */
export const steadyNow = (): number => performance.timeOrigin + performance.now();

/**
 * Bounds of the true time, in epoch milliseconds. Pylon's clock or ours may be wrong; the true time lies between them
 * as long as one of them is right.
 */
export interface TimeBounds {
  /** Our own clock. */
  readonly own: number;
  readonly earliest: number;
  readonly latest: number;
  /** Whether Pylon's clock is known; if not, the bounds are a day before and after our own clock. */
  readonly isKnown: boolean;
}

/** How wrong our own clock may be, where Pylon's is not known. */
const UNKNOWN_MS = 86_400_000;

/** Bounds of the time at which our clock showed `own` and Pylon's, if known, `pylon`. */
export function boundsOf(own: number, pylon: number | undefined): TimeBounds {
  if (pylon === undefined)
    return { own, earliest: own - UNKNOWN_MS, latest: own + UNKNOWN_MS, isKnown: false };
  return { own, earliest: Math.min(own, pylon), latest: Math.max(own, pylon), isKnown: true };
}

/** A moment just before a request. */
export interface Moment {
  /** Our own clock at that moment. */
  readonly own: number;
  /** Bounds of that moment, given the `Date` (epoch milliseconds) of an answer that arrived just now. */
  bounds(date: number | undefined): TimeBounds;
}

/** Returns the present moment; `wall` is our own clock, which may be set at any time. */
export function momentNow(wall: () => number): Moment {
  const own = wall();
  const beganAt = performance.now();
  return {
    own,
    // The answer's date minus the time it took is no later than the moment of the request.
    bounds: (date) => boundsOf(own, date === undefined ? undefined : date - (performance.now() - beganAt)),
  };
}

/** Another machine's clock, learned from its `Date` headers. */
export interface Clock {
  /** The other machine's time, epoch milliseconds. */
  now(): number;
  /** Whether a header has been seen; before that `now` is our own clock. */
  isKnown(): boolean;
  /** Takes a `Date` header, epoch milliseconds; call it the moment the header arrives. */
  follow(date: number): void;
}

/** The header has whole seconds, so a smaller difference means nothing. */
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
