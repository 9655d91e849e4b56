import { policyBy } from '../../edits/conflicts.ts';
import type { EditPusherOptions } from '../../sync/push/run-edit-pusher.ts';
import type { Setup } from './setup.ts';

/** The client's time limit for one request: a request may be in flight that long. */
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * The configuration's options for pushing edits. `url` is the address at which to LISTEN for new edits; undefined to
 * not listen.
 */
export function pushOptionsOf(
  { config }: Pick<Setup, 'config'>,
  url: string | undefined,
): Omit<EditPusherOptions, 'resources'> {
  const { allow, conflicts, editGuard, listenUrl } = config;
  return {
    ...{ allow, editGuard },
    policy: policyBy(conflicts),
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    listenUrl: url === undefined ? undefined : (listenUrl?.reveal() ?? url),
  };
}
