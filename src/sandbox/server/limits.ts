import type { Tier } from '../routes/route.ts';

/** Requests a minute: the limits that Pylon had at a time, none, or a table by endpoint. */
export type Limits = 'current' | 'legacy' | 'none' | Readonly<Record<string, number>>;

/** The three tiers. In the summer of 2026 Pylon raised them by the factors 3, 6 and 5. */
const TIERS: Readonly<Record<'current' | 'legacy', Readonly<Record<Tier, number>>>> = {
  current: { low: 30, middle: 120, high: 300 },
  legacy: { low: 10, middle: 20, high: 60 },
};

export function limitOf(limits: Limits, endpoint: string, tier: Tier): number {
  if (limits === 'none') return Number.POSITIVE_INFINITY;
  if (limits === 'current' || limits === 'legacy') return TIERS[limits][tier];
  return limits[endpoint] ?? Number.POSITIVE_INFINITY;
}

/** Counts the requests of each endpoint in a sliding window. */
export interface Meter {
  /** Counts a request. If it arrived too early, returns by how many milliseconds, and does not count it. */
  arrive(endpoint: string, limit: number): number;
}

export function meter(monotonic: () => number, minuteMs: number): Meter {
  const arrivals = new Map<string, number[]>();
  return {
    arrive: (endpoint, limit) => {
      if (limit === Number.POSITIVE_INFINITY) return 0;
      const now = monotonic();
      const times = arrivals.get(endpoint) ?? [];
      arrivals.set(endpoint, times);
      while (times[0] !== undefined && times[0] <= now - minuteMs) times.shift();
      if (times.length < limit) {
        times.push(now);
        return 0;
      }
      return (times[0] ?? now) + minuteMs - now;
    },
  };
}

/**
 * How a 429 says how long to wait: as Pylon documents it, or as other servers and proxies do: an HTTP date,
 * seconds or milliseconds since 1970, or not at all.
 */
export type RetryAfter = 'seconds' | 'date' | 'epoch' | 'epoch-milliseconds' | 'none';

/** The header of a 429 that says how many milliseconds to wait; `now` is the server's clock. */
export function retryAfterHeader(style: RetryAfter, waitMs: number, now: number): Record<string, string> {
  // Rounded up to whole seconds, since neither form has fractions.
  const seconds = Math.ceil((now + waitMs) / 1_000);
  switch (style) {
    case 'seconds':
      return { 'X-Retry-After': `${Math.max(1, Math.ceil(waitMs / 1_000))}` };
    case 'date':
      return { 'Retry-After': new Date(seconds * 1_000).toUTCString() };
    case 'epoch':
      return { 'X-Retry-After': `${seconds}` };
    case 'epoch-milliseconds':
      return { 'X-Retry-After': `${Math.ceil(now + waitMs)}` };
    case 'none':
      return {};
  }
}
