import type { Plan } from '../../db/progress/estimate.ts';
import type { ResourceProgress } from './progress.ts';

/** Seconds that so many requests take at an endpoint's rate limit, which bounds a backfill. */
export function secondsFor(requests: number, perMinute: number): number {
  return Math.ceil((requests / perMinute) * 60);
}

/**
 * Estimates what is left of the first read. Each endpoint has its own limit and they run concurrently, so the time
 * left is that of the slowest. If a resource cannot tell yet how much it needs, the estimate says that there may be
 * more.
 */
export function planOf(
  all: readonly Readonly<ResourceProgress>[],
  perMinute: (endpoint: string) => number,
  now: number,
): Plan {
  const open = all.filter(({ state }) => state === 'waiting' || state === 'running');
  const requests = new Map<string, number>();
  for (const { endpoint, remainingRequests } of open)
    requests.set(endpoint, (requests.get(endpoint) ?? 0) + (remainingRequests ?? 0));
  const endpoints = [...requests]
    .filter(([, remaining]) => remaining > 0)
    .map(([endpoint, remaining_requests]) => ({
      endpoint,
      remaining_requests,
      seconds_left: secondsFor(remaining_requests, perMinute(endpoint)),
    }))
    .sort((a, b) => b.seconds_left - a.seconds_left);
  const [slowest] = endpoints;
  return {
    as_of: new Date(now).toISOString(),
    seconds_left: slowest?.seconds_left ?? (open.length === 0 ? 0 : null),
    bottleneck: slowest?.endpoint ?? null,
    at_least: open.some(({ remainingRequests, covered }) => (remainingRequests ?? covered) === undefined),
    endpoints,
    resources: open.map(({ resource, state, covered, remainingRequests }) => ({
      resource,
      state,
      covered: covered ?? null,
      remaining_requests: remainingRequests ?? null,
    })),
  };
}
