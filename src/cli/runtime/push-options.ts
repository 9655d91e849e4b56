import { policyBy } from '../../edits/conflicts.ts';
import type { PushOptions } from '../../sync/push/push.ts';
import type { Setup } from './setup.ts';

/** The configuration's options for pushing edits. */
export function pushOptionsOf({
  config,
  tempo,
}: Pick<Setup, 'config' | 'tempo'>): Omit<PushOptions, 'resources'> {
  const { allow, conflicts, editGuard } = config;
  return {
    ...{ allow, editGuard },
    policy: policyBy(conflicts),
    requestTimeoutMs: tempo.requestMs,
  };
}
