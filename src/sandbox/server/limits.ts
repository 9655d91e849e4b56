import type { Tier } from '../routes/route.ts';

/** Requests a minute: those of a generation of Pylon's, none, or by endpoint. */
export type Limits = 'current' | 'legacy' | 'none' | Readonly<Record<string, number>>;

/** Three tiers, tripled, sixfold and fivefold in the summer of 2026. */
const TIERS: Readonly<Record<'current' | 'legacy', Readonly<Record<Tier, number>>>> = {
  current: { low: 30, middle: 120, high: 300 },
  legacy: { low: 10, middle: 20, high: 60 },
};

export function limitOf(limits: Limits, endpoint: string, tier: Tier): number {
  if (limits === 'none') return Number.POSITIVE_INFINITY;
  if (limits === 'current' || limits === 'legacy') return TIERS[limits][tier];
  return limits[endpoint] ?? Number.POSITIVE_INFINITY;
}

/** Counts the requests of every endpoint in a window that slides. */
export interface Meter {
  /** Counts one more request, or says how many milliseconds too early it came; that one is not counted. */
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

/** As Pylon documents it, or as other servers and proxies do: an HTTP date, seconds or milliseconds since 1970, nothing. */
export type RetryAfter = 'seconds' | 'date' | 'epoch' | 'epoch-milliseconds' | 'none';

/** The header by which a refusal says for how many milliseconds to wait; `now` is the server's clock. */
export function retryAfterHeader(style: RetryAfter, waitMs: number, now: number): Record<string, string> {
  // To the next whole second, since neither form has parts of one.
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
