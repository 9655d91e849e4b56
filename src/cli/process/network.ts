import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';

/**
 * How long each address of a host has to answer before the next one is tried, milliseconds. Node's own 250 is less than
 * a slow link takes for one round trip, and then no address ever answers in time.
 */
const ADDRESS_MS = 2_000;

/** Gives every connection of this process, to Pylon and to Postgres, the time that a slow link takes. */
export function allowSlowLinks(): void {
  setDefaultAutoSelectFamilyAttemptTimeout(ADDRESS_MS);
}
