import { WORKSPACE_DEFAULTS, type WorkspaceOptions } from './data/settings.ts';
import type { Limits, RetryAfter } from './server/limits.ts';

/** How a sandbox is set up; everything has a default. */
export interface SandboxOptions extends WorkspaceOptions {
  /** On 127.0.0.1; 0, the default, takes any free one. */
  port?: number;
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
}

export type Settings = Readonly<Required<SandboxOptions>>;

export function withDefaults(options: SandboxOptions): Settings {
  return {
    ...WORKSPACE_DEFAULTS,
    port: 0,
    monotonic: () => performance.now(),
    minuteMs: 60_000,
    limits: 'current',
    retryAfter: 'seconds',
    token: 'sandbox-token',
    latencyMs: 0,
    shape: 'official',
    ...options,
  };
}
