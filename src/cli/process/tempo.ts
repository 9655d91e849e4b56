import { HEARTBEAT_MS } from '../../db/lease/lease.ts';
import { EXPIRY_MS } from '../../db/lease/lease-watch.ts';

/**
 * Times that a process keeps to, milliseconds. They are promised, and nobody configures them: what starts a process as
 * the tests do may give it shorter ones.
 */
export interface Tempo {
  /** Between two heartbeats of the lease, and after the last of them until others may take it over. */
  readonly heartbeatMs: number;
  readonly expiryMs: number;
  /** Between two looks of a standby at the lease: with the expiry, less than the 15 s in which it takes over. */
  readonly standbyMs: number;
  /** The first wait for a token that is refused, after which only a person can mend it. */
  readonly refusedMs: number;
  /** After the stop signal: until what waits on the database is cut, what is open is named, and it is given up. */
  readonly finishMs: number;
  readonly warnMs: number;
  /** Supervisors kill after ten seconds. */
  readonly mostMs: number;
}

export const TEMPO: Tempo = {
  ...{ heartbeatMs: HEARTBEAT_MS, expiryMs: EXPIRY_MS, standbyMs: 1_000, refusedMs: 7_000 },
  ...{ finishMs: 3_000, warnMs: 3_000, mostMs: 9_500 },
};
