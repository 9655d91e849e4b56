/** What the made-up workspace is like and how it behaves; everything has a default. */
export interface WorkspaceOptions {
  /** Default 1. */
  seed?: number;
  /** Default 200; other objects come in proportion. */
  issues?: number;
  /** Pylon's clock, epoch milliseconds; its `Date` header too. Default `Date.now`. */
  now?: () => number;
  /** Longest window of `GET /issues`. Default 30. */
  maxWindowDays?: number;
  /** Whether that window holds its end; Pylon documents neither. Default `half-open`: start in, end out. */
  windowBounds?: 'half-open' | 'closed';
  /** How far back made-up issues go. Default 400. */
  historyDays?: number;
  /** Until a bulk change of accounts takes effect. Default 50. */
  bulkDelayMs?: number;
  /**
   * Whether to serve what surprises readers: links and counters that move, nasty text, unknown fields, dangling
   * references. Default false: a workspace as a support team has it.
   */
  traps?: boolean;
}

export type WorkspaceSettings = Readonly<Required<WorkspaceOptions>>;

export const WORKSPACE_DEFAULTS: WorkspaceSettings = {
  seed: 1,
  issues: 200,
  now: Date.now,
  maxWindowDays: 30,
  windowBounds: 'half-open',
  historyDays: 400,
  bulkDelayMs: 50,
  traps: false,
};
