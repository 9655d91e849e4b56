/** Epoch milliseconds that no step of the machine's clock disturbs: those that wait by it never wait too long. */
export const steadyNow = (): number => performance.timeOrigin + performance.now();

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
