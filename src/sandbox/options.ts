import { WORKSPACE_DEFAULTS, type WorkspaceOptions } from './data/settings.ts';
import type { Limits, RetryAfter } from './server/limits.ts';
import type { RequestRecord } from './server/requests.ts';

/** How a sandbox is set up; everything has a default. */
export interface SandboxOptions extends WorkspaceOptions {
  /** On 127.0.0.1; 0, the default, takes any free one. */
  port?: number;
  /** The clock of the rate limit, milliseconds. Default: a monotonic one. */
  monotonic?: () => number;
  /** Length of the rate limit's minute, milliseconds. Default 60,000. */
  minuteMs?: number;
  /**
   * Requests a minute by endpoint (`GET /issues`). With a table, endpoints that it does not name have no
   * limit. Default `current`.
   */
  limits?: Limits;
  /** How a 429 says how long to wait. Default: seconds, in `X-Retry-After`. */
  retryAfter?: RetryAfter;
  /** The only token that is accepted. Default `sandbox-token`. */
  token?: string;
  /** Milliseconds by which each answer is delayed. Default 0. */
  latencyMs?: number;
  /** Whether bodies and envelopes follow Pylon's own document or the third-party one. Default `official`. */
  shape?: 'official' | 'community';
  /** Called with each request as it arrives. */
  onRequest?: (request: RequestRecord) => void;
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
    onRequest: () => {},
    ...options,
  };
}
