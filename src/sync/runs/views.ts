import { followFields } from '../../db/bi/install.ts';
import { DatabaseAwayError } from '../../db/connection/away.ts';
import { writing } from '../../db/lease/transaction.ts';
import { LeaseLostError, reasonOf } from '../../errors.ts';
import type { Context } from '../pass/context.ts';

/**
 * Updates the views of `pylon_bi` to the custom fields that are mirrored, each view by itself. A view that cannot be
 * updated is logged, named in `status` and retried after the next list; the mirror goes on.
 *
 * @throws LeaseLostError, DatabaseAwayError, the reason of `ctx.signal`.
 */
export const followCustomFields = (ctx: Context): Promise<void> =>
  // Passes of several kinds read custom fields concurrently.
  ctx.whole.run('views of custom fields', () => follow(ctx));

async function follow({ db, lease, log, signal }: Context): Promise<void> {
  try {
    const followed = await followFields((work) => writing(db, lease, work), { signal });
    if (followed === undefined) {
      log.info('another version has made the views: they are left to it');
      return;
    }
    const { made, troubles, isNews } = followed;
    if (made.length > 0) log.info({ views: made }, 'views follow the custom fields');
    if (isNews && troubles.length > 0)
      log.warn({ views: troubles }, 'some views do not follow the custom fields');
    if (isNews && troubles.length === 0) log.info('all views follow the custom fields again');
  } catch (error) {
    if (error instanceof LeaseLostError || error instanceof DatabaseAwayError) throw error;
    signal.throwIfAborted();
    log.warn({ because: reasonOf(error) }, 'the views do not follow the custom fields yet');
  }
}
