/** The contents and behaviour of the generated workspace; everything has a default. */
export interface WorkspaceOptions {
  /** Default 1. */
  seed?: number;
  /** Number of issues, default 200; the numbers of other objects are in proportion. */
  issues?: number;
  /** Pylon's clock, epoch milliseconds; its `Date` header too. Default `Date.now`. */
  now?: () => number;
  /** Longest window of `GET /issues`. Default 30. */
  maxWindowDays?: number;
  /**
   * Whether that window includes its end, which Pylon does not document. Default `half-open`: the start only.
   */
  windowBounds?: 'half-open' | 'closed';
  /** Age of the oldest generated issue, days. Default 400. */
  historyDays?: number;
  /** Milliseconds until a bulk change of accounts takes effect. Default 50. */
  bulkDelayMs?: number;
  /**
   * Whether to serve what surprises readers: links and counters that move, nasty text, unknown fields, dangling
   * references. Default false: a workspace as a support team has it.
   */
  traps?: boolean;
  /** Messages of one issue, with traps. Default 1,200: more than fit on a page. */
  mostMessages?: number;
  /** The least number of tasks, default 50; a workspace with many issues has one task for twenty issues. */
  leastTasks?: number;
  /** Called with each object that is created or changed, whoever does it, once it is so. */
  onStore?: (resource: string, object: Readonly<Record<string, unknown>>) => void;
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
  mostMessages: 1_200,
  leastTasks: 50,
  onStore: () => {},
};
