import type { Resource } from '../../resources/define.ts';

/** What is mirrored, and how changes are pulled. */
export interface PullOptions {
  readonly resources: readonly Resource[];
  readonly windowDays: number;
  readonly overlapSeconds: number;
  /** First `created_at` of interest of resources that are listed by time, RFC 3339. */
  readonly since?: string | undefined;
}
