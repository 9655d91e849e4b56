import { policyBy } from '../../edits/conflicts.ts';
import type { EditPusherOptions } from '../../sync/push/run-edit-pusher.ts';
import type { Setup } from './setup.ts';

/** A request's time, as the client has it: so long it may be on its way. */
const REQUEST_TIMEOUT_MS = 60_000;

/** How edits are carried, of the configuration; `url` is the database's, where it is listened to. */
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
