import { closeAbandonedRuns } from '../../db/progress/runs.ts';
import type { Context } from '../pass/context.ts';
import { quarantine } from '../push/quarantine.ts';
import { noteBudgets } from './budgets.ts';
import { noteReach } from './reach.ts';
import { bindToken } from './workspace.ts';

/**
 * Work under one lease: the token and the database belong together, runs of a process that is gone are closed,
 * a copy of a database is known for one, and what is asked of each endpoint, and whether anything is answered, is noted all the while.
 *
 * @throws UsageError when the database belongs to another workspace.
 */
export async function withSession<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  const stops = [noteBudgets(ctx), noteReach(ctx)];
  try {
    await bindToken(ctx);
    await quarantine(ctx);
    await closeAbandonedRuns(ctx.db, ctx.lease);
    return await work();
  } finally {
    for (const stop of stops) await stop();
  }
}
