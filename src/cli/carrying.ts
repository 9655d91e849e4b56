import { policyBy } from '../edits/conflicts.ts';
import type { CarryingOptions } from '../sync/edits/carrying.ts';
import type { Setup } from './setup.ts';

/** A request's time, as the client has it: so long it may be on its way. */
const REQUEST_TIMEOUT_MS = 60_000;

/** How edits are carried, of the configuration; `url` is the database's. */
export function carryingOf(
  { config }: Pick<Setup, 'config'>,
  url: string | undefined,
): Omit<CarryingOptions, 'resources'> {
  return {
    allow: config.allow,
    editGuard: config.editGuard,
    policy: policyBy(config.conflicts),
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    listenUrl: config.listenUrl?.reveal() ?? url,
  };
}
