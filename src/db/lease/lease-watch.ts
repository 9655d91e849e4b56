import type { LeaseRow } from './lease-row.ts';

/** Milliseconds without a heartbeat after which others may take a lease over. */
export const EXPIRY_MS = 10_000;

/** What a process that waits for a lease has seen of its row, and when by its own clock. */
export interface LeaseWatch {
  /** Whether the lease has expired or was released. */
  hasLapsed(row: LeaseRow): boolean;
  /** Milliseconds until the lease that was read last expires, if no heartbeat renews it. */
  lapsesInMs(): number;
  /** Notes a token of this process. A lease under it counts as lapsed, since nobody else can hold it. */
  own(token: bigint): void;
}

/**
 * Decides from the rows that its caller reads whether a lease has lapsed. A row that has not changed for `expiryMs`
 * of this process's monotonic clock has lapsed, whatever its `expires_at`; one that has changed has not. So a clock
 * that is set, here or at the database, neither prolongs a dead holder's lease nor ends a living one's. Only when a
 * holder is seen for the first time does the database's clock decide.
 */
export function watchLease(expiryMs = EXPIRY_MS, now = () => performance.now()): LeaseWatch {
  let seen: { token: bigint; expires: string; since: number; lapsed: boolean } | undefined;
  let mine: bigint | undefined;
  return {
    hasLapsed({ token, expires, expired, released }) {
      if (released || token === mine) return true;
      if (seen?.token !== token) seen = { token, expires, since: now(), lapsed: expired };
      else if (seen.expires !== expires) seen = { token, expires, since: now(), lapsed: false };
      return seen.lapsed || now() - seen.since >= expiryMs;
    },
    lapsesInMs: () => (seen === undefined ? 0 : Math.max(0, seen.since + expiryMs - now())),
    own(token) {
      mine = token;
    },
  };
}
