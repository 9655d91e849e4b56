/** Seconds that so many requests take at an endpoint's allowance: the rate limit is what a backfill waits for. */
export function secondsFor(requests: number, perMinute: number): number {
  return Math.ceil((requests / perMinute) * 60);
}
