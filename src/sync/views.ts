import { installViews } from '../db/bi/install.ts';
import { sqlState } from '../db/sql-state.ts';
import { writing } from '../db/transaction.ts';
import type { Context } from './context.ts';

/** SQLSTATEs of what somebody reads, or may not be changed by this role: views stay as they are until the next time. */
const LATER: Readonly<Record<string, string>> = {
  '55P03': 'somebody reads them',
  '40P01': 'somebody reads them',
  '42501': 'the database user does not own them',
};

/** Has the views follow what custom fields are mirrored. Where that cannot be now, it is told, and done after the next list. */
export async function followCustomFields({ db, lease, log }: Context): Promise<void> {
  try {
    const views = await writing(db, lease, (tx) => installViews(tx));
    if (views.length > 0) log.info({ views }, 'views follow the custom fields');
  } catch (error) {
    const because = LATER[sqlState(error)];
    if (because === undefined) throw error;
    log.warn({ because }, 'the views do not follow the custom fields yet');
  }
}
