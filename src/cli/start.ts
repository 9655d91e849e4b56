import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { connect, type Database } from '../db/connect.ts';
import { LeaseHeldError } from '../db/lease.ts';
import { migrate } from '../db/migrate.ts';
import { LeaseLostError, PermanentError, UsageError } from '../errors.ts';
import { healthApp } from '../http/health.ts';
import { listen } from '../http/server.ts';
import { type Activity, newActivity } from '../sync/activity.ts';
import { serve } from '../sync/daemon.ts';
import type { OnRead } from '../sync/first-reading.ts';
import { databaseName, reachServer, type Server } from './database.ts';
import { newPatience, pause } from './patience.ts';
import { withContext } from './session.ts';
import { type Setup, setUp } from './setup.ts';
import type { Run, Shell } from './shell.ts';
import { logSteps } from './steps.ts';

/** How often a standby tries for the lease. */
const STANDBY_MS = 1_000;

export function addStart(program: Command, run: Run): void {
  program
    .command('start')
    .description('the daemon: migrate, catch up, then go on by schedule until it is stopped')
    .action(() => run((shell) => runStart(shell)));
}

async function runStart(shell: Shell): Promise<number> {
  const setup = setUp(shell, { token: true });
  const { config, log } = setup;
  const http = config.http === 'off' ? undefined : await listen(healthApp(shell.version), config.http);
  try {
    if (http !== undefined) log.info({ url: http.url }, 'answering');
    const server = await reachServer(setup);
    try {
      // A generated password belongs on a person's screen, never into a log.
      if (server.embedded && shell.stdout.isTTY) shell.stdout.write(`To look inside: psql '${server.url}'\n`);
      return await runDaemon(setup, server, async () => {});
    } finally {
      await server.leave();
    }
  } finally {
    await http?.close();
  }
}

/** The daemon from connecting to the stop signal; 0 after a clean end. */
export async function runDaemon(setup: Setup, server: Server, onBackfilled: OnRead): Promise<number> {
  const { log, shell } = setup;
  try {
    const db = await connectPatiently(server.url, setup);
    try {
      log.info(
        { database: databaseName(setup, server.url), migrations: await migrate(db.pool) },
        'database ready',
      );
      await serveForever(setup, db, newActivity(), onBackfilled);
    } finally {
      await db.close();
    }
  } catch (error) {
    if (!shell.signal.aborted) throw error;
  }
  log.info('stopped');
  return 0;
}

/** A database that is away comes back: waits for it however long that takes. */
async function connectPatiently(url: string, { log, shell }: Setup): Promise<Database> {
  const patience = newPatience({ log, what: 'database unreachable: trying again', signal: shell.signal });
  for (;;) {
    shell.signal.throwIfAborted();
    try {
      return await connect(url, { max: 8 });
    } catch (error) {
      await patience.wait(error);
    }
  }
}

/**
 * Serves whenever the lease can be had. What may pass (a lease held elsewhere or lost, a database or Pylon
 * away) is waited out; what needs a person ends it.
 */
async function serveForever(
  setup: Setup,
  db: Database,
  activity: Activity,
  onBackfilled: OnRead,
): Promise<never> {
  const { log, shell } = setup;
  const { signal } = shell;
  let standby = false;
  const broken = newPatience({ log, what: 'interrupted: trying again', signal });
  for (;;) {
    signal.throwIfAborted();
    try {
      await withContext(setup, db, 'pylon-sync start', logSteps(log, signal), (ctx) => {
        standby = false;
        return serve(ctx, {
          ...daemonOptions(setup.config),
          activity,
          onRead: async (results) => {
            broken.worked();
            await onBackfilled(results);
          },
        });
      });
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof LeaseHeldError) {
        if (!standby)
          log.info({ holder: error.holder }, 'standing by: another process works on this database');
        standby = true;
        await pause(STANDBY_MS, signal);
      } else if (error instanceof UsageError || error instanceof PermanentError) throw error;
      else if (error instanceof LeaseLostError) log.warn({ error }, 'lease lost: standing by');
      else await broken.wait(error);
    }
  }
}

/** What the daemon goes by, of the configuration. */
function daemonOptions(config: Config) {
  const { resources, since, windowDays, overlapSeconds, schedule, listSchedule, reconcileSchedule } = config;
  return {
    resources,
    since,
    windowDays,
    overlapSeconds,
    schedule,
    listSchedule,
    reconcileSchedule,
    auditShare: 0.05,
  };
}
