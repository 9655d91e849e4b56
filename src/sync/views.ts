import { DatabaseAwayError } from '../db/away.ts';
import { installViews } from '../db/bi/install.ts';
import { sqlState } from '../db/sql-state.ts';
import { writing } from '../db/transaction.ts';
import { LeaseLostError, reasonOf } from '../errors.ts';
import type { Context } from './context.ts';

/** SQLSTATEs of views that somebody reads, or that may not be changed by this role. */
const LATER: Readonly<Record<string, string>> = {
  '55P03': 'somebody reads them',
  '40P01': 'somebody reads them',
  '42501': 'the database user does not own them',
};

/**
 * Has the views follow what custom fields are mirrored. Where that cannot be, it is told and tried after the next list:
 * the mirror itself goes on.
 */
export async function followCustomFields({ db, lease, log }: Context): Promise<void> {
  try {
    const views = await writing(db, lease, (tx) => installViews(tx));
    if (views.length > 0) log.info({ views }, 'views follow the custom fields');
  } catch (error) {
    if (error instanceof LeaseLostError || error instanceof DatabaseAwayError) throw error;
    const because = LATER[sqlState(error)] ?? reasonOf(error);
    log.warn({ because }, 'the views do not follow the custom fields yet');
  }
}
