import { migrate } from '../../db/schema/migrate.ts';
import { UsageError } from '../../errors.ts';
import type { Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import { backfill } from '../../sync/daemon/backfill.ts';
import { forgetAtEnd } from '../../sync/daemon/retention.ts';
import { newProgress, type OnProgress, type ResourceProgress } from '../../sync/pass/progress.ts';
import type { Shell } from '../process/shell.ts';
import { drawProgress } from '../render/progress.ts';
import { statusOf } from '../render/results.ts';
import { logSteps } from '../render/steps.ts';
import { summaryTable } from '../render/summary.ts';
import { canDraw } from '../render/terminal.ts';
import { withContext } from '../runtime/context.ts';
import { withDatabase } from '../runtime/database.ts';
import { showProgress } from '../runtime/drawing.ts';
import { logRestored } from '../runtime/migrated.ts';
import { type Setup, setUp } from '../runtime/setup.ts';

/** What `backfill` is given. */
export interface BackfillFlags {
  /** Names of resources. */
  readonly resource?: readonly string[];
  readonly since?: string;
  readonly until?: string;
}

/** Reads everything once. Returns the exit status. */
export async function runBackfill(shell: Shell, flags: BackfillFlags): Promise<number> {
  const chosen = flags.resource?.map(resourceNamed);
  if (flags.since !== undefined) checkRange('--since', flags.since, flags.until);
  const setup = setUp(shell, { token: true });
  const { config } = setup;
  if (flags.since === undefined) checkRange('PYLON_SYNC_SINCE', config.since, flags.until);
  const bounded = flags.since !== undefined || flags.until !== undefined;
  const range = bounded ? { range: { since: flags.since, until: flags.until } } : {};
  const resources = chosen ?? config.resources;
  const results = await withDatabase(setup, async (db) => {
    await migrate(db.pool, { onRestored: logRestored(setup) });
    const view = watch(setup, resources);
    try {
      const task = { command: 'pylon-sync backfill', onProgress: view.onProgress };
      return await withContext(setup, db, task, async (ctx) => {
        const read = await backfill(ctx, {
          ...{ resources, since: config.since, windowDays: config.windowDays },
          ...range,
        });
        await forgetAtEnd(ctx, { resources: config.resources, days: config.retentionDays });
        return read;
      });
    } finally {
      view.close();
    }
  });
  shell.stdout.write(`${summaryTable(results)}\n`);
  return statusOf(results, shell);
}

/** @throws UsageError when the range ends before it begins. */
function checkRange(name: string, since: string | undefined, until: string | undefined): void {
  if (since === undefined || until === undefined || Date.parse(since) < Date.parse(until)) return;
  throw new UsageError(`--until ${until} is not after ${name} ${since}`);
}

/** Shows progress until closed: redrawn in place on a terminal, logged elsewhere. */
function watch(
  setup: Setup,
  resources: readonly Resource[],
): { readonly onProgress: OnProgress; close(): void } {
  const { stderr, env, log } = setup;
  if (!canDraw(stderr, env)) return { onProgress: logSteps(log), close: () => {} };
  const all = new Map<string, Readonly<ResourceProgress>>();
  for (const { name } of resources) all.set(name, newProgress(name, ''));
  const { close } = showProgress(setup, (canvas) => drawProgress([...all.values()], canvas));
  return { onProgress: (progress) => void all.set(progress.resource, progress), close };
}
