import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';

/**
 * How long each address of a host has to answer before Node tries the next one, in milliseconds. Node's default of
 * 250 is less than one round trip on a slow link, and then no address answers in time.
 */
const ADDRESS_MS = 2_000;

/** Gives every connection of this process, to Pylon and to Postgres, enough time for a slow link. */
export function allowSlowLinks(): void {
  setDefaultAutoSelectFamilyAttemptTimeout(ADDRESS_MS);
}
