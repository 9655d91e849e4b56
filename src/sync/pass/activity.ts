import type { Holder } from '../../db/lease/lease.ts';
import type { ResourceProgress } from './progress.ts';

/** `starting` until the database answers, `standby` while another process holds it, `active` with the lease. */
export type Role = 'starting' | 'standby' | 'active' | 'stopping';

/** What this process is doing at present: changed in place by the daemon, read by its port at any moment. */
export interface Activity {
  role: Role;
  /** Who holds the database, while this process stands by. */
  holder: Holder | undefined;
  /** Whether everything has been read once, by this process or an earlier one. */
  complete: boolean;
  /** What it waits for, in a sentence: a database that is away, a token that is refused. */
  trouble: string | undefined;
  /** The first reading of each resource, as this process makes it. */
  readonly progress: Map<string, Readonly<ResourceProgress>>;
}

export function newActivity(): Activity {
  return { role: 'starting', holder: undefined, complete: false, trouble: undefined, progress: new Map() };
}
