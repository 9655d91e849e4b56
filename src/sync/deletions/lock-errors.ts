import { isLockHeld } from '../../db/connection/sql-state.ts';
import { TransientError } from '../../errors.ts';
import type { Resource } from '../../resources/define.ts';

/** @throws TransientError in the place of what Postgres says when another transaction holds a row. */
export async function withLockErrorsAsTransient<T>({ name }: Resource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isLockHeld(cause)) throw cause;
    throw new TransientError(`rows of ${name} that are gone are held by other transactions`, { cause });
  }
}
