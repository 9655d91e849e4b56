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

/** Where the database is, and how to leave it: the embedded server is stopped if this process started it. */
export interface Server {
  readonly url: string;
  readonly embedded: boolean;
  /**
   * Its address now, after it was away: an embedded server that has died is started again.
   *
   * @throws DatabaseAwayError when that does not work for now.
   */
  revive(): Promise<string>;
  leave(): Promise<void>;
}

/** The configured server, or the embedded one, started. */
export async function reachServer({ config, tracker, log, shell }: Setup): Promise<Server> {
  if (config.databaseUrl !== undefined) {
    const url = config.databaseUrl.reveal();
    return { url, embedded: false, revive: async () => url, leave: async () => {} };
  }
  const options = {
    dataDir: config.dataDir,
    path: shell.env.PATH ?? '',
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

/** What to call the database before people: its address without the password, or whose folder it is. */
export function databaseName({ config }: Setup, url: string): string {
  return config.databaseUrl === undefined ? `the embedded server of ${config.dataDir}` : publicUrl(url);
}

/** Whom an address logs in as. */
function userOf(url: string): string {
  const { username } = new URL(url);
  return username === '' ? 'of this connection' : JSON.stringify(decodeURIComponent(username));
}

/** What is missing where a connection is encrypted and no more. */
export const UNVERIFIED =
  'the connection to the database is encrypted, but the server is not verified, so another could answer in its place: sslmode=verify-full verifies it';

/**
 * Opens a database for as long as `work` takes. Once the command is to end, what the work still waits for there
 * (a user's lock, a server that does not answer) is interrupted.
 *
 * @param hasWorked Whether this process has used it before: a login that is refused then is waited for.
 * @throws UsageError when it never worked and only a person can mend that, DatabaseAwayError when the database cannot
 * be used at first or any longer.
 */
export async function onDatabase<T>(
  { shell, tracker, log, tempo }: Setup,
  url: string,
  work: (db: Database) => Promise<T>,
  { hasWorked = false }: { readonly hasWorked?: boolean } = {},
): Promise<T> {
  const { signal } = shell;
  return tracker.track('connections to the database', async () => {
    const db = await connect(url, { signal }).catch((error: unknown) => {
      if (hasWorked || !(error instanceof DatabaseRefusedError)) throw error;
      throw new UsageError(reasonOf(error), { cause: error });
    });
    if (!hasWorked && db.trust === 'encrypted') log.warn(UNVERIFIED);
    let timer: NodeJS.Timeout | undefined;
    const interruptSoon = () => {
      timer = setTimeout(() => db.interrupt(signal.reason), tempo.finishMs).unref();
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

/** Does some work on the configured database and leaves it behind as it was found, whatever happens. */
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
