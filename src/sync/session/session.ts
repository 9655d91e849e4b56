import { writing } from '../../db/lease/transaction.ts';
import { closeAbandonedRuns } from '../../db/progress/runs.ts';
import { publishFollowedTypes } from '../../db/workspace/followed-types.ts';
import type { Context } from '../pass/context.ts';
import { quarantine } from '../push/quarantine.ts';
import { noteBudgets } from './budgets.ts';
import { noteReach } from './reach.ts';
import { bindToken } from './workspace.ts';

/**
 * Runs work under the lease. Before it: makes sure that token and database belong together, closes the runs of a
 * process that is gone, and quarantines edits if the database is a copy. Meanwhile: saves what is asked of each
 * endpoint and whether Pylon answers. With `looksOnly`, runs and edits stay as they are.
 *
 * @throws UsageError when the database belongs to another workspace.
 */
export async function withSession<T>(
  ctx: Context,
  work: () => Promise<T>,
  { looksOnly = false }: { readonly looksOnly?: boolean } = {},
): Promise<T> {
  const stops = [noteBudgets(ctx), noteReach(ctx)];
  try {
    await bindToken(ctx);
    if (!looksOnly) {
      await quarantine(ctx);
      await closeAbandonedRuns(ctx.db, ctx.lease);
      await writing(ctx.db, ctx.lease, (tx) => publishFollowedTypes(tx, ctx.types));
    }
    return await work();
  } finally {
    for (const stop of stops) await stop();
  }
}
