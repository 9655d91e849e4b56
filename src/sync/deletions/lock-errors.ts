import { isRowLocked } from '../../db/connection/sql-state.ts';
import { TransientError } from '../../errors.ts';
import type { Resource } from '../../resources/define.ts';

/** @throws TransientError instead of Postgres's error when another transaction has locked a row. */
export async function withLockErrorsAsTransient<T>({ name }: Resource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isRowLocked(cause)) throw cause;
    throw new TransientError(`rows of ${name} that are gone are locked by other transactions`, { cause });
  }
}
