import { HEARTBEAT_MS } from '../../db/lease/lease.ts';
import { EXPIRY_MS } from '../../db/lease/lease-watch.ts';

/** Times of a process, in milliseconds. They are promises and not configurable; tests pass shorter ones. */
export interface Tempo {
  /**
   * Time between two heartbeats of the lease, and time after the last one at which others may take the lease over.
   */
  readonly heartbeatMs: number;
  readonly expiryMs: number;
  /**
   * Time between two polls of the lease by a standby, which polls sooner where the lease would expire before. Together
   * with the expiry it is less than the promised 15 s until takeover.
   */
  readonly standbyMs: number;
  /** The first wait after the database cannot be used, or the work under the lease has failed; doubled each time. */
  readonly retryMs: number;
  /** The first wait after Pylon refuses the token, which only a person can repair. */
  readonly refusedMs: number;
  /** Time within which a notification of the database arrives where any does. */
  readonly heardMs: number;
  /** Time limit of one request to Pylon. A request whose answer was lost may still take effect for that long. */
  readonly requestMs: number;
  /**
   * Times after the stop signal: when waiting statements are interrupted, when the log names what is still open, and
   * when the process gives up.
   */
  readonly finishMs: number;
  readonly warnMs: number;
  /** Supervisors kill after ten seconds. */
  readonly mostMs: number;
}

export const TEMPO: Tempo = {
  ...{
    heartbeatMs: HEARTBEAT_MS,
    expiryMs: EXPIRY_MS,
    standbyMs: 2_000,
    retryMs: 500,
    refusedMs: 7_000,
    heardMs: 5_000,
    requestMs: 60_000,
  },
  ...{ finishMs: 3_000, warnMs: 3_000, mostMs: 9_500 },
};
