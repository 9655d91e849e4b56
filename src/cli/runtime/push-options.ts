import { policyBy } from '../../edits/conflicts.ts';
import type { PushOptions } from '../../sync/push/push.ts';
import type { Setup } from './setup.ts';

/** The client's time limit for one request: a request may be in flight that long. */
const REQUEST_TIMEOUT_MS = 60_000;

/** The configuration's options for pushing edits. */
export function pushOptionsOf({ config }: Pick<Setup, 'config'>): Omit<PushOptions, 'resources'> {
  const { allow, conflicts, editGuard } = config;
  return {
    ...{ allow, editGuard },
    policy: policyBy(conflicts),
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  };
}
