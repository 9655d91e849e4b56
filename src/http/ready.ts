import { reasonOf } from '../errors.ts';
import type { Role } from '../sync/pass/activity.ts';
import type { Operations } from './operations.ts';
import type { Reading } from './reading.ts';

/** Whether this process does its work now, and if not, why. */
export interface Readiness {
  readonly ready: boolean;
  readonly role: Role;
  /** The process that holds the lease, on a standby. */
  readonly holder?: { readonly command: string; readonly host: string; readonly pid: number };
  readonly conditions: {
    /** The database answers. */
    readonly database: boolean;
    /** This process holds the lease. */
    readonly lease: boolean;
    /** Everything has been read once. */
    readonly first_pass: boolean;
  };
  readonly trouble?: string;
}

/**
 * Whether this process is ready. With `standbyToo` it is so, too, while it stands by or has not read everything yet: it
 * does what it can, and a rolling update may go on to the next one.
 */
export async function readinessOf(
  { activity, conceal }: Operations,
  reading: Reading,
  { standbyToo }: { readonly standbyToo: boolean },
): Promise<Readiness> {
  const unreachable = await reading.ping().then(
    () => undefined,
    (error: unknown) => conceal(reasonOf(error)),
  );
  const { role, holder, complete } = activity;
  const trouble = unreachable ?? (activity.trouble === undefined ? undefined : conceal(activity.trouble));
  const conditions = {
    database: unreachable === undefined,
    lease: role === 'active',
    first_pass: complete,
  };
  return {
    ready: standbyToo
      ? conditions.database && (conditions.lease || role === 'standby')
      : Object.values(conditions).every(Boolean),
    role,
    ...(role !== 'standby' || holder === undefined
      ? {}
      : { holder: { command: holder.command, host: holder.host, pid: holder.pid } }),
    conditions,
    ...(trouble === undefined ? {} : { trouble }),
  };
}
