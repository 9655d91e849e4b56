import type { Command } from 'commander';
import { migrate } from '../db/migrate.ts';
import { reasonOf, TransientError } from '../errors.ts';
import { healthApp } from '../http/health.ts';
import { listen } from '../http/server.ts';
import { type Activity, newActivity } from '../sync/activity.ts';
import type { OnBackfilled } from './daemon.ts';
import { databaseName, onDatabase, reachServer, type Server } from './database.ts';
import { endInTime } from './ending.ts';
import { newPatience } from './patience.ts';
import { become, newMemory, serveForever } from './serving.ts';
import { type Setup, setUp } from './setup.ts';
import type { Run, Shell } from './shell.ts';

export function addStart(program: Command, run: Run): void {
  program
    .command('start')
    .description('the daemon: migrate, catch up, then go on by schedule until it is stopped')
    .action(() => run((shell) => runStart(shell)));
}

async function runStart(shell: Shell): Promise<number> {
  const setup = setUp(shell, { token: true });
  return endInTime({ ...setup, signal: shell.signal }, () => listenAndServe(setup, newActivity()));
}

async function listenAndServe(setup: Setup, activity: Activity): Promise<number> {
  const { config, ending, log, shell } = setup;
  const http = config.http === 'off' ? undefined : await listen(healthApp(shell.version), config.http);
  try {
    if (http !== undefined) log.info({ url: http.url }, 'answering');
    const server = await reachServer(setup);
    try {
      // A generated password belongs on a person's screen, never into a log.
      if (server.embedded && shell.stdout.isTTY) shell.stdout.write(`To look inside: psql '${server.url}'\n`);
      return await runDaemon(setup, server, activity, async () => {});
    } finally {
      await server.leave();
    }
  } finally {
    if (http !== undefined) await ending.during('the HTTP port', http.close);
  }
}

/** What works for so long has recovered: the next failure is a first one. */
const SETTLED_MS = 60_000;

/**
 * The daemon from connecting to the stop signal, through any number of absences of its database; 0 after a clean
 * end. What it is doing stands in `activity`.
 */
export async function runDaemon(
  setup: Setup,
  server: Server,
  activity: Activity,
  onBackfilled: OnBackfilled,
): Promise<number> {
  const { log, shell } = setup;
  const { signal } = shell;
  signal.addEventListener('abort', () => become(activity, 'stopping'), { once: true });
  const away = newPatience({ log, what: 'database cannot be used: trying again', signal });
  const memory = newMemory(setup);
  try {
    for (let isBack = false; ; isBack = true) {
      let readyAt = Number.POSITIVE_INFINITY;
      try {
        const url = isBack ? await server.revive() : server.url;
        await onDatabase(setup, url, async (db) => {
          const migrations = await migrate(db.pool);
          log.info({ database: databaseName(setup, url), migrations }, 'database ready');
          readyAt = performance.now();
          await serveForever(setup, db, activity, memory, onBackfilled);
        });
      } catch (error) {
        if (signal.aborted || !(error instanceof TransientError)) throw error;
        if (performance.now() - readyAt > SETTLED_MS) away.worked();
        become(activity, 'starting', undefined, reasonOf(error));
        await away.wait(error);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  log.info('stopped');
  return 0;
}
