import { type Attention, attentionOf } from '../../db/status/attention.ts';
import type { History } from '../../db/status/recent.ts';
import { reasonOf } from '../../errors.ts';
import type { Activity, Role } from '../../sync/pass/activity.ts';
import type { ResourceProgress } from '../../sync/pass/progress.ts';
import type { Operations } from '../operations.ts';
import type { Counted, Reading } from '../reading.ts';
import { budgetsOf, type EndpointBudget } from './budgets.ts';

/** Everything the page shows, read at one moment, without secrets. */
export interface Overview {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly version: string;
  readonly role: Role;
  readonly holder: Activity['holder'];
  readonly complete: boolean;
  /** The failure that the process is retrying. */
  readonly trouble: string | undefined;
  /** The passes of this process, known also while the database cannot be reached. */
  readonly progress: readonly Readonly<ResourceProgress>[];
  readonly budgets: readonly EndpointBudget[];
  /** Undefined where webhooks are off. */
  readonly webhooks: { readonly accepted: number; readonly refused: number } | undefined;
  /** Undefined when the database did not answer; so is `history`. */
  readonly status: Counted | undefined;
  readonly history: History | undefined;
  /** What needs a person, with commands that can be run; empty where `status` is undefined. */
  readonly waiting: readonly Attention[];
  /** Why the database did not answer. */
  readonly away: string | undefined;
}

export async function overviewOf(operations: Operations, reading: Reading): Promise<Overview> {
  const {
    version,
    activity,
    uses,
    metrics,
    webhookSecret,
    conceal,
    now,
    withCommands = (text: string) => text,
  } = operations;
  const [status, history] = await Promise.allSettled([reading.status(), reading.history()]);
  const failed = [status, history].find((result) => result.status === 'rejected');
  const at = now();
  return concealed(conceal, {
    at,
    version,
    role: activity.role,
    holder: activity.holder,
    complete: activity.complete,
    trouble: activity.trouble,
    progress: [...activity.progress.values()],
    budgets: budgetsOf(uses(), status.status === 'fulfilled' ? status.value.budgets : [], at),
    webhooks: webhookSecret === undefined ? undefined : metrics.webhooks(),
    status: status.status === 'fulfilled' ? status.value : undefined,
    history: history.status === 'fulfilled' ? history.value : undefined,
    waiting: (status.status === 'fulfilled' ? attentionOf(status.value) : []).map((one) => ({
      ...one,
      command: one.command === null ? null : withCommands(one.command),
    })),
    away: failed === undefined ? undefined : reasonOf(failed.reason),
  });
}

/** Returns a copy with the secrets replaced in every text. */
export function concealed<T>(conceal: (text: string) => string, value: T): T {
  return JSON.parse(conceal(JSON.stringify(value))) as T;
}
