import { setFlagsFromString } from 'node:v8';

/**
 * Has this process collect its garbage while there is little of it, for some processor time. Pages come and
 * go by the megabyte, and V8 would let several times what is in use pile up on a machine with room
 * (bench/RESULTS.md has the peaks). Nothing is limited: a page as large as it takes still fits.
 */
export function collectEarly(): void {
  // The old generation may grow by half of what survived before it is collected.
  setFlagsFromString('--heap-growing-percent=50');
  // The young one stays at what starting up took.
  setFlagsFromString('--semi-space-growth-factor=1');
}
