import type { BudgetUse } from '../../db/workspace/budgets.ts';
import type { EndpointUse } from '../../pylon/types.ts';

/** What was asked of one endpoint within the interval of its limit. */
export interface EndpointBudget {
  readonly endpoint: string;
  readonly used: number;
  readonly allowed: number;
  readonly queued: number;
  /** Seconds for which a 429 still holds it back; 0 when none does. */
  readonly pausedSeconds: number;
}

const MINUTE_MS = 60_000;

/**
 * The endpoints in use, the fullest first: as this process's client has them, else as whoever works on the
 * database has noted them.
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
  // What was queued when a process ended waits for nothing.
  const queue = used > 0 || pausedMs > 0 ? queued : 0;
  return { endpoint, used, allowed: per_minute, queued: queue, pausedSeconds: Math.max(0, pausedMs / 1000) };
}
