import type { Limits, RetryAfter } from './server/limits.ts';

/** How a sandbox is set up; everything has a default. */
export interface SandboxOptions {
  /** On 127.0.0.1; 0, the default, takes any free one. */
  port?: number;
  /** Default 1. */
  seed?: number;
  /** Default 200; other objects come in proportion. */
  issues?: number;
  /** Pylon's clock, epoch milliseconds; its `Date` header too. Default `Date.now`. */
  now?: () => number;
  /** The clock that the rate limit counts by, milliseconds. Default: one that nobody can set. */
  monotonic?: () => number;
  /** Length of the rate limit's minute, milliseconds. Default 60,000. */
  minuteMs?: number;
  /** Requests a minute by endpoint (`GET /issues`); a table given leaves endpoints it does not name alone. Default `current`. */
  limits?: Limits;
  /** How a refusal for the limit says when to come again. Default: seconds, in `X-Retry-After`. */
  retryAfter?: RetryAfter;
  /** The only one accepted. Default `sandbox-token`. */
  token?: string;
  /** Added to each answer. Default 0. */
  latencyMs?: number;
  /** Bodies and envelopes as in Pylon's own document, or as in the third-party one. Default `official`. */
  shape?: 'official' | 'community';
  /** Longest window of `GET /issues`. Default 30. */
  maxWindowDays?: number;
  /** Whether that window holds its end; Pylon documents neither. Default `half-open`: start in, end out. */
  windowBounds?: 'half-open' | 'closed';
  /** How far back made-up issues go. Default 400. */
  historyDays?: number;
  /** Until a bulk change of accounts takes effect. Default 50. */
  bulkDelayMs?: number;
  /** Whether to serve what surprises readers: links and counters that move, nasty text, unknown fields. Default true. */
  traps?: boolean;
}

export type Settings = Readonly<Required<SandboxOptions>>;

export function settle(options: SandboxOptions): Settings {
  return {
    port: 0,
    seed: 1,
    issues: 200,
    now: Date.now,
    monotonic: () => performance.now(),
    minuteMs: 60_000,
    limits: 'current',
    retryAfter: 'seconds',
    token: 'sandbox-token',
    latencyMs: 0,
    shape: 'official',
    maxWindowDays: 30,
    windowBounds: 'half-open',
    historyDays: 400,
    bulkDelayMs: 50,
    traps: true,
    ...options,
  };
}
