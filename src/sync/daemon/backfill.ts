import type { Context } from '../pass/context.ts';
import type { ResourceProgress } from '../pass/progress.ts';
import { fullSync, type WholeOptions } from '../runs/full-sync.ts';
import { withSession } from '../session/session.ts';

export interface BackfillOptions extends Pick<WholeOptions, 'resources' | 'since' | 'range' | 'windowDays'> {
  /** Whether to read again also what an unfinished backfill has finished lately. */
  readonly again?: boolean;
}

/**
 * Reads everything once: the `backfill` command.
 *
 * @throws UsageError when the database belongs to another workspace, or the reason of `ctx.signal`.
 */
export function backfill(
  ctx: Context,
  { again = false, ...options }: BackfillOptions,
): Promise<readonly ResourceProgress[]> {
  const finished = again ? 'again' : 'fresh';
  return withSession(ctx, () => fullSync(ctx, { ...options, kind: 'backfill', finished, overlapSeconds: 0 }));
}
