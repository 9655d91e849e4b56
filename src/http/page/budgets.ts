import type { BudgetUse } from '../../db/workspace/budgets.ts';
import type { EndpointUse } from '../../pylon/types.ts';

/** Requests to one endpoint within the interval of its limit. */
export interface EndpointBudget {
  readonly endpoint: string;
  readonly used: number;
  readonly allowed: number;
  readonly queued: number;
  /** Seconds for which a 429 still pauses the endpoint; 0 when it is not paused. */
  readonly pausedSeconds: number;
}

const MINUTE_MS = 60_000;

/**
 * The endpoints in use, the most used first: as this process's client counts them, else as the holder of the lease
 * has saved them.
 */
export function budgetsOf(
  uses: readonly EndpointUse[],
  noted: readonly BudgetUse[],
  now: number,
): readonly EndpointBudget[] {
  const all = uses.length > 0 ? uses.map((use) => ofUse(use, now)) : noted.map((use) => ofNote(use, now));
  return all
    .filter(({ used, queued, pausedSeconds }) => used > 0 || queued > 0 || pausedSeconds > 0)
    .sort((a, b) => b.used / b.allowed - a.used / a.allowed || (a.endpoint < b.endpoint ? -1 : 1));
}

function ofUse({ endpoint, used, limit, queued, pausedUntil }: EndpointUse, now: number): EndpointBudget {
  return { endpoint, used, allowed: limit, queued, pausedSeconds: Math.max(0, (pausedUntil - now) / 1000) };
}

function ofNote(
  { endpoint, per_minute, queued, answered_at, paused_until }: BudgetUse,
  now: number,
): EndpointBudget {
  const used = answered_at.filter((at) => now - at < MINUTE_MS).length;
  const pausedMs = paused_until === null ? 0 : Date.parse(paused_until) - now;
  // Without recent requests the saved queue is that of a process that has ended.
  const queue = used > 0 || pausedMs > 0 ? queued : 0;
  return { endpoint, used, allowed: per_minute, queued: queue, pausedSeconds: Math.max(0, pausedMs / 1000) };
}
