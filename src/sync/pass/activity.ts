import type { Holder } from '../../db/lease/lease.ts';
import type { ResourceProgress } from './progress.ts';

/**
 * `starting` until the database answers, `standby` while another process holds the lease, `active` with the lease.
 */
export type Role = 'starting' | 'standby' | 'active' | 'stopping';

/** What this process is doing now. The daemon changes it in place; the port reads it at any moment. */
export interface Activity {
  role: Role;
  /** The holder of the lease, while this process is on standby. */
  holder: Holder | undefined;
  /** Whether everything has been read once, by this process or an earlier one. */
  complete: boolean;
  /** What the process waits for, as a sentence: an unreachable database, a refused token. */
  trouble: string | undefined;
  /** Progress of each resource's first read in this process. */
  readonly progress: Map<string, Readonly<ResourceProgress>>;
}

export function newActivity(): Activity {
  return { role: 'starting', holder: undefined, complete: false, trouble: undefined, progress: new Map() };
}
