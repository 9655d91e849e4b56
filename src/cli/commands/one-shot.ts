import type { Database } from '../../db/connection/connect.ts';
import { stoppedScans } from '../../db/deletions/scans.ts';
import { LeaseHeldError } from '../../db/lease/lease.ts';
import { changing } from '../../db/lease/transaction.ts';
import { enqueueCommand, type Handover, readHandover, withdraw } from '../../db/progress/handovers.ts';
import { migrate } from '../../db/schema/migrate.ts';
import { PermanentError, UsageError } from '../../errors.ts';
import { executeCommand, type HandoverOutcome, type WorkOutcome } from '../../sync/daemon/handovers.ts';
import { forgetAtEnd } from '../../sync/daemon/retention.ts';
import { newPuller } from '../../sync/runs/changes.ts';
import { withSession } from '../../sync/session/session.ts';
import type { Shell } from '../process/shell.ts';
import { showPush } from '../render/push-text.ts';
import { statusOf } from '../render/results.ts';
import { logSteps } from '../render/steps.ts';
import { summaryTable } from '../render/summary.ts';
import { pause } from '../runtime/backoff.ts';
import { withDatabase } from '../runtime/database.ts';
import { tellRestored } from '../runtime/migrated.ts';
import { pushOptionsOf } from '../runtime/push-options.ts';
import { DAEMON } from '../runtime/serving.ts';
import { withContext } from '../runtime/session.ts';
import { type Setup, setUp } from '../runtime/setup.ts';

/** Milliseconds between looks at how work that was handed over is going. */
const LOOK_MS = 250;

/**
 * Does one piece of work: itself, or, where a daemon holds the database, by handing it over and following it to
 * the end. Ends with a table of what was done.
 *
 * @throws LeaseHeldError where a command holds the database that takes nothing over.
 */
export async function runOneShot(shell: Shell, handover: Handover): Promise<number> {
  const setup = setUp(shell, { token: true });
  return withDatabase(setup, async (db) => {
    await migrate(db.pool, { onRestored: tellRestored(setup) });
    const outcome = await doIt(setup, db, handover).catch((error: unknown) => {
      if (!(error instanceof LeaseHeldError) || error.holder.command !== DAEMON) throw error;
      setup.log.info({ holder: error.holder }, 'a daemon is at work here: handing it over');
      return follow(setup, db, handover);
    });
    if ('push' in outcome) return showPush(outcome.push, shell);
    const { results } = outcome;
    shell.stdout.write(`${summaryTable(results)}\n`);
    const stopped = await stoppedScans(db.orm);
    for (const { id, resource } of stopped)
      shell.stderr.write(
        `pylon-sync: deletions of ${resource} are stopped, too many to be plausible: ` +
          `if they are right, \`pylon-sync reconcile --approve ${id}\`\n`,
      );
    return statusOf(results, shell) || (stopped.length > 0 ? 3 : 0);
  });
}

function doIt(setup: Setup, db: Database, handover: Handover): Promise<WorkOutcome> {
  const { config, log } = setup;
  const { resources, since, windowDays, overlapSeconds } = config;
  const options = { resources, since, windowDays, overlapSeconds };
  const session = { command: `pylon-sync ${handover.command}`, onProgress: logSteps(log) };
  return withContext(setup, db, session, (ctx) =>
    withSession(ctx, async () => {
      const means = {
        ...{ options, puller: newPuller(ctx, options), beside: false },
        edits: { ...pushOptionsOf(setup, undefined), resources },
      };
      const outcome = await executeCommand(ctx, means, handover);
      const isDry = handover.command === 'push' && handover.arguments.dryRun;
      if (!isDry) await forgetAtEnd(ctx, { resources, days: config.retentionDays });
      return outcome;
    }),
  );
}

/** Waits for the end of work that was handed over; takes it back when it is not begun and nobody waits any more. */
async function follow({ shell }: Setup, db: Database, handover: Handover): Promise<WorkOutcome> {
  const id = await changing(db, (tx) => enqueueCommand(tx, handover));
  try {
    for (;;) {
      const status = await readHandover(db.orm, id);
      const outcome = status?.outcome as HandoverOutcome | null | undefined;
      if (outcome != null && !('error' in outcome)) return outcome;
      if (outcome != null) throw new (outcome.usage ? UsageError : PermanentError)(outcome.error);
      await pause(LOOK_MS, shell.signal);
    }
  } catch (error) {
    if (shell.signal.aborted) await changing(db, (tx) => withdraw(tx, id));
    throw error;
  }
}
