import type { Database } from '../../db/connection/connect.ts';
import { stoppedScans } from '../../db/deletions/scans.ts';
import { LeaseHeldError } from '../../db/lease/lease.ts';
import { readLease } from '../../db/lease/lease-row.ts';
import { watchLease } from '../../db/lease/lease-watch.ts';
import { changing } from '../../db/lease/transaction.ts';
import { enqueueCommand, type Handover, readHandover, withdraw } from '../../db/progress/handovers.ts';
import { migrate } from '../../db/schema/migrate.ts';
import { PermanentError, UsageError } from '../../errors.ts';
import { resourceNamed } from '../../resources/index.ts';
import { sleep } from '../../sleep.ts';
import { executeCommand, type HandoverOutcome, type WorkOutcome } from '../../sync/daemon/handovers.ts';
import { forgetAtEnd } from '../../sync/daemon/retention.ts';
import { newPuller } from '../../sync/runs/changes.ts';
import { withSession } from '../../sync/session/session.ts';
import { commandName } from '../process/called.ts';
import type { Shell } from '../process/shell.ts';
import { showPush } from '../render/push-text.ts';
import { statusOf } from '../render/results.ts';
import { logSteps } from '../render/steps.ts';
import { summaryTable } from '../render/summary.ts';
import { withContext } from '../runtime/context.ts';
import { withDatabase } from '../runtime/database.ts';
import { logRestored, requireMigrations } from '../runtime/migrated.ts';
import { pushOptionsOf } from '../runtime/push-options.ts';
import { DAEMON } from '../runtime/serving.ts';
import { type Setup, setUp } from '../runtime/setup.ts';

/** Milliseconds between polls of a handed-over command. */
const LOOK_MS = 250;

/**
 * Executes one command in this process; if a daemon holds the lease, hands it over and waits until the daemon has
 * executed it. Prints a table of the results and returns the exit status.
 *
 * @throws UsageError when a resource does not exist.
 * @throws LeaseHeldError when another command holds the lease: only a daemon takes commands over.
 */
export async function runOneShot(shell: Shell, handover: Handover): Promise<number> {
  if ('resources' in handover.arguments) for (const name of handover.arguments.resources) resourceNamed(name);
  const setup = setUp(shell, { token: true });
  return withDatabase(setup, async (db, url) => {
    if (isDry(handover)) await requireMigrations(setup, db, url);
    else await migrate(db.pool, { onRestored: logRestored(setup) });
    const outcome = await doOrHandOver(setup, db, handover);
    if ('push' in outcome) return showPush(outcome.push, shell);
    const { results } = outcome;
    shell.stdout.write(`${summaryTable(results)}\n`);
    const stopped = await stoppedScans(db.orm);
    for (const { id, resource } of stopped)
      shell.stderr.write(
        `pylon-sync: deletions of ${resource} are stopped, too many to be plausible: ` +
          `if they are right, \`${commandName(shell)} reconcile --approve ${id}\`\n`,
      );
    return statusOf(results, shell) || (stopped.length > 0 ? 3 : 0);
  });
}

/** Does the work here, or has the daemon do it that holds the lease; here after all if that one ends before it began. */
async function doOrHandOver(setup: Setup, db: Database, handover: Handover): Promise<WorkOutcome> {
  for (;;) {
    try {
      return await doIt(setup, db, handover);
    } catch (error) {
      if (!(error instanceof LeaseHeldError) || error.holder.command !== DAEMON) throw error;
      setup.log.info({ holder: error.holder }, 'a daemon works on this database: handing the command over');
    }
    const outcome = await follow(setup, db, handover);
    if (outcome !== undefined) return outcome;
    setup.log.info('the daemon has ended before it began the command: doing it here');
  }
}

/** Whether it is asked only what would be done: nothing is written for that, in Pylon or here. */
const isDry = (handover: Handover): boolean => handover.command === 'push' && handover.arguments.dryRun;

function doIt(setup: Setup, db: Database, handover: Handover): Promise<WorkOutcome> {
  const { config, log } = setup;
  const { resources, since, windowDays, overlapSeconds } = config;
  const options = { resources, since, windowDays, overlapSeconds };
  const task = { command: `pylon-sync ${handover.command}`, onProgress: logSteps(log) };
  const looksOnly = isDry(handover);
  return withContext(setup, db, task, (ctx) =>
    withSession(
      ctx,
      async () => {
        const means = {
          ...{ options, puller: newPuller(ctx, options), beside: false },
          edits: { ...pushOptionsOf(setup), resources },
        };
        const outcome = await executeCommand(ctx, means, handover);
        if (!looksOnly) await forgetAtEnd(ctx, { resources, days: config.retentionDays });
        return outcome;
      },
      { looksOnly },
    ),
  );
}

/**
 * Enqueues a command for the daemon and waits for its outcome. When this process is stopped, withdraws the command if
 * the daemon has not started it. Returns undefined, with the command withdrawn, once no daemon holds the lease any more.
 *
 * @throws UsageError and PermanentError as the daemon reports them; PermanentError where the command's row is gone.
 */
async function follow(
  { signal, tempo }: Setup,
  db: Database,
  handover: Handover,
): Promise<WorkOutcome | undefined> {
  const id = await changing(db, (tx) => enqueueCommand(tx, handover));
  const watch = watchLease(tempo.expiryMs);
  try {
    for (;;) {
      const status = await readHandover(db.orm, id);
      if (status === undefined)
        throw new PermanentError(
          `pylon_sync.handovers has lost the row ${id}: nobody can tell what became of this command`,
        );
      const outcome = status.outcome as HandoverOutcome | null;
      if (outcome !== null && !('error' in outcome)) return outcome;
      if (outcome !== null) throw new (outcome.usage ? UsageError : PermanentError)(outcome.error);
      const lease = await readLease(db.vital);
      const hasHolder = lease !== undefined && !watch.hasLapsed(lease);
      if (!hasHolder && (await changing(db, (tx) => withdraw(tx, id)))) return undefined;
      await sleep(LOOK_MS, signal);
    }
  } catch (error) {
    if (signal.aborted) await changing(db, (tx) => withdraw(tx, id));
    throw error;
  }
}
