import type { CarryingOptions } from '../sync/edits/carrying.ts';
import type { Setup } from './setup.ts';

/** A request's time, as the client has it: so long it may be on its way. */
const REQUEST_TIMEOUT_MS = 60_000;

/** How edits are carried, of the configuration; `url` is the database's. */
export function carryingOf(_setup: Setup, url: string | undefined): Omit<CarryingOptions, 'resources'> {
  return {
    allow: ['update'],
    editGuard: 1000,
    policy: () => 'hold',
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    listenUrl: url,
  };
}
