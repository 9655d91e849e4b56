import {
  awayOr,
  DatabaseAwayError,
  DatabaseRefusedError,
  deniedOr,
  lateOr,
} from '../../db/connection/away.ts';
import { connect, type Database, publicUrl } from '../../db/connection/connect.ts';
import { reasonOf, UsageError } from '../../errors.ts';
import { type Embedded, startEmbedded } from '../../postgres/embedded.ts';
import type { Setup } from './setup.ts';

/** The address of the database, and how to leave it. */
export interface Server {
  readonly url: string;
  readonly embedded: boolean;
  /**
   * Returns the address after the database was unreachable; an embedded server that has died is started again.
   *
   * @throws DatabaseAwayError when the embedded server does not start; a retry may help.
   */
  revive(): Promise<string>;
  leave(): Promise<void>;
}

/** Returns the configured server, or starts the embedded one or joins the one that is running. */
export async function reachServer({ config, tracker, log, env }: Setup): Promise<Server> {
  if (config.databaseUrl !== undefined) {
    const url = config.databaseUrl.reveal();
    return { url, embedded: false, revive: async () => url, leave: async () => {} };
  }
  const options = {
    dataDir: config.dataDir,
    path: env.PATH ?? '',
    log: (message: string, fields?: Record<string, unknown>) => log.debug(fields ?? {}, message),
  };
  const join = () => tracker.track('the embedded server', () => startEmbedded(options));
  let embedded: Embedded = await join();
  return {
    url: embedded.url,
    embedded: true,
    async revive() {
      try {
        const former = embedded;
        embedded = await join();
        await former.stop();
        return embedded.url;
      } catch (cause) {
        throw new DatabaseAwayError('the embedded server does not start', { cause });
      }
    },
    leave: () => tracker.track('the embedded server', embedded.stop),
  };
}

/** The database's name for messages: its address without the password, or the embedded server's data folder. */
export function databaseName({ config }: Setup, url: string): string {
  return config.databaseUrl === undefined ? `the embedded server of ${config.dataDir}` : publicUrl(url);
}

/** The user an address logs in as, for messages. */
function userOf(url: string): string {
  const { username, searchParams } = new URL(url);
  const name = decodeURIComponent(username) || searchParams.get('user');
  return name ? JSON.stringify(name) : 'of this connection';
}

/** The warning for a connection that is encrypted without verifying the server. */
export const UNVERIFIED =
  'the connection to the database is encrypted, but the server is not verified, so another could answer in its place: sslmode=verify-full verifies it';

/**
 * Opens a database, runs `work` on it and closes it. Some time after the stop signal (`tempo.finishMs`) it interrupts
 * what `work` still waits for in the database: a user's lock, say, or a server that does not answer.
 *
 * @param hasWorked Whether this process has used the database before. A refused login is then thrown as a
 * DatabaseRefusedError, which the caller retries.
 * @throws UsageError when the login is refused and never worked; DatabaseAwayError when the database cannot be
 * reached or is lost.
 */
export async function onDatabase<T>(
  { signal, tracker, log, tempo }: Setup,
  url: string,
  work: (db: Database) => Promise<T>,
  { hasWorked = false }: { readonly hasWorked?: boolean } = {},
): Promise<T> {
  return tracker.track('connections to the database', async () => {
    const db = await connect(url, { signal }).catch((error: unknown) => {
      if (hasWorked || !(error instanceof DatabaseRefusedError)) throw error;
      throw new UsageError(reasonOf(error), { cause: error });
    });
    if (!hasWorked && db.trust === 'encrypted') log.warn(UNVERIFIED);
    let timer: NodeJS.Timeout | undefined;
    const interruptSoon = () => {
      timer = setTimeout(() => db.interrupt(signal.reason, tempo.finishMs), tempo.finishMs).unref();
    };
    signal.addEventListener('abort', interruptSoon, { once: true });
    try {
      return await work(db);
    } catch (error) {
      throw deniedOr(lateOr(awayOr(error)), userOf(url));
    } finally {
      signal.removeEventListener('abort', interruptSoon);
      clearTimeout(timer);
      await db.close();
    }
  });
}

/**
 * Runs `work` on the configured database. Stops the embedded server afterwards if this process started it, also after
 * a failure.
 */
export async function withDatabase<T>(
  setup: Setup,
  work: (db: Database, url: string) => Promise<T>,
): Promise<T> {
  const server = await reachServer(setup);
  try {
    return await onDatabase(setup, server.url, (db) => work(db, server.url));
  } finally {
    await server.leave();
  }
}
