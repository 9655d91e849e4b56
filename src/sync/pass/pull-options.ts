import type { Resource } from '../../resources/define.ts';

/** What is mirrored, and how changes are pulled. */
export interface PullOptions {
  readonly resources: readonly Resource[];
  readonly windowDays: number;
  readonly overlapSeconds: number;
  /** The earliest `created_at` to mirror of resources listed by time, RFC 3339. */
  readonly since?: string | undefined;
}
