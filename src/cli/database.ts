import { connect, type Database, publicUrl } from '../db/connect.ts';
import { startEmbedded } from '../postgres/embedded.ts';
import type { Setup } from './setup.ts';

/** Where the database is, and how to leave it: the embedded server is stopped if this process started it. */
export interface Server {
  readonly url: string;
  readonly embedded: boolean;
  leave(): Promise<void>;
}

/** The configured server, or the embedded one, started. */
export async function reachServer({ config, log, shell }: Setup): Promise<Server> {
  if (config.databaseUrl !== undefined)
    return { url: config.databaseUrl.reveal(), embedded: false, leave: async () => {} };
  const embedded = await startEmbedded({
    dataDir: config.dataDir,
    path: shell.env.PATH ?? '',
    log: (message, fields) => log.debug(fields ?? {}, message),
  });
  return { url: embedded.url, embedded: true, leave: () => embedded.stop() };
}

/** What to call the database before people: its address without the password, or whose folder it is. */
export function databaseName({ config }: Setup, url: string): string {
  return config.databaseUrl === undefined ? `the embedded server of ${config.dataDir}` : publicUrl(url);
}

/** Does some work on the configured database and leaves it behind as it was found, whatever happens. */
export async function withDatabase<T>(
  setup: Setup,
  work: (db: Database, url: string) => Promise<T>,
): Promise<T> {
  const server = await reachServer(setup);
  try {
    const db = await connect(server.url);
    try {
      return await work(db, server.url);
    } finally {
      await db.close();
    }
  } finally {
    await server.leave();
  }
}
