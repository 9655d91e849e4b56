import type { LeaseRow } from './lease-row.ts';

/** Milliseconds without a heartbeat after which others may take a lease over. */
export const EXPIRY_MS = 10_000;

/** The memory of a process that waits for a lease: what it saw of its row, and when by its own clock. */
export interface LeaseWatch {
  /** Whether its holder has let the lease lapse. */
  hasLapsed(row: LeaseRow): boolean;
  /** Notes a token of this very process: what it left behind under one, nobody else holds. */
  own(token: bigint): void;
}

/**
 * Watches a lease through the looks of its caller. A row that has not changed for the whole expiry of this
 * process's time has lapsed, whatever time it names, and one that changes has not: clocks that are set, here or
 * at the database, neither keep a dead holder's lease nor end a living one's. Only at the first look at a
 * holder is there nothing to go by but the database's clock.
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
    own(token) {
      mine = token;
    },
  };
}
