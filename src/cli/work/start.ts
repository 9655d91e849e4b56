import { readTroubles } from '../../db/bi/trouble.ts';
import { DatabaseRefusedError } from '../../db/connection/away.ts';
import { migrate } from '../../db/schema/migrate.ts';
import { reasonOf, TransientError } from '../../errors.ts';
import { newActivity } from '../../sync/pass/activity.ts';
import type { Shell } from '../process/shell.ts';
import { newBackoff } from '../runtime/backoff.ts';
import { databaseName, onDatabase, reachServer, type Server } from '../runtime/database.ts';
import { logRestored } from '../runtime/migrated.ts';
import { openPort } from '../runtime/port.ts';
import { type Daemon, newRestartState, SETTLED_MS, serveForever, setRole } from '../runtime/serving.ts';
import { type Setup, setUp } from '../runtime/setup.ts';
import { runWithShutdownDeadline } from '../runtime/shutdown.ts';

/** Runs the daemon until it is stopped. Returns the exit status. */
export async function runStart(shell: Shell): Promise<number> {
  const setup = setUp(shell, { token: true });
  return runWithShutdownDeadline({ ...setup, ...setup.tempo }, () => listenAndServe(setup));
}

async function listenAndServe(setup: Setup): Promise<number> {
  const { tracker, log, stdout } = setup;
  const activity = newActivity();
  const port = await openPort(setup, { activity });
  try {
    if (port.url !== undefined) log.info({ url: port.url }, 'answering');
    const server = await reachServer(setup);
    try {
      // A generated password belongs on a person's screen, never into a log.
      if (server.embedded && stdout.isTTY) stdout.write(`To look inside: psql '${server.url}'\n`);
      return await runDaemon(setup, server, { activity, port, onRead: async () => {} });
    } finally {
      await server.leave();
    }
  } finally {
    await tracker.track('the HTTP port', port.close);
  }
}

/**
 * Runs the daemon until the stop signal and reconnects whenever its database was unreachable. Returns 0 after a clean
 * end. `activity` says what it is doing.
 */
export async function runDaemon(setup: Setup, server: Server, daemon: Daemon): Promise<number> {
  const { log, signal, tempo } = setup;
  const { activity, port } = daemon;
  const firstMs = tempo.retryMs;
  signal.addEventListener('abort', () => setRole(activity, 'stopping'), { once: true });
  const away = newBackoff({ log, what: 'database cannot be used: trying again', signal, firstMs });
  // Only a person can repair it.
  const refused = newBackoff({
    ...{ log, what: 'the database refuses the connection: trying until it works again', signal },
    ...{ firstMs, least: 'error' as const },
  });
  const memory = newRestartState(setup);
  try {
    for (let isBack = false, hasWorked = false; ; isBack = true) {
      let readyAt = Number.POSITIVE_INFINITY;
      try {
        const url = isBack ? await server.revive() : server.url;
        port.reached(url);
        await onDatabase(
          setup,
          url,
          async (db) => {
            hasWorked = true;
            const migrations = await migrate(db.pool, { onRestored: logRestored(setup) });
            log.info({ database: databaseName(setup, url), migrations }, 'database ready');
            const views = await readTroubles(db.orm);
            if (views.length > 0)
              log.warn({ views }, 'some views could not be created or updated as this version needs them');
            memory.alerts?.databaseBack();
            readyAt = performance.now();
            await serveForever(setup, db, memory, { ...daemon, url });
          },
          { hasWorked },
        );
      } catch (error) {
        if (signal.aborted || !(error instanceof TransientError)) throw error;
        if (performance.now() - readyAt > SETTLED_MS)
          for (const backoff of [away, refused]) backoff.recovered();
        setRole(activity, 'starting', undefined, reasonOf(error));
        memory.alerts?.databaseAway();
        await (error instanceof DatabaseRefusedError ? refused : away).wait(error);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  log.info('stopped');
  return 0;
}
