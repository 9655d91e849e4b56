import { DrizzleQueryError } from 'drizzle-orm/errors';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { reasonOf, TransientError } from '../errors.ts';
import type { Resource } from '../resources/define.ts';
import { type History, readHistory } from './history.ts';
import { countRows, readStatus, type Status } from './status.ts';

/**
 * The database as an onlooker reads it, on connections of its own: neither waits for the other when the
 * daemon's are all busy. Whatever is asked rejects with a TransientError when the database is away.
 */
export interface Watch {
  ping(): Promise<void>;
  /** Live rows of each resource. */
  rows(): Promise<ReadonlyMap<string, number>>;
  /** The rest, with the live rows given. */
  status(rows: ReadonlyMap<string, number>): Promise<Status>;
  history(): Promise<History>;
  /** Does not wait for what is under way: that rejects. */
  close(): Promise<void>;
}

/** The longest is counting the rows of a large mirror. */
const QUERY_MS = 30_000;
const CONNECT_MS = 3_000;
const CONNECTIONS = 3;

/** Opens no connection before something is asked. */
export function openWatch(url: string, resources: readonly Resource[]): Watch {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    application_name: 'pylon-sync',
    connectionTimeoutMillis: CONNECT_MS,
    // By this side's clock: an answer that never comes is given up, and its connection with it.
    query_timeout: QUERY_MS,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  const clients = new Set<pg.PoolClient>();
  pool.on('connect', (client) => clients.add(client));
  pool.on('remove', (client) => clients.delete(client));
  // An idle connection that breaks is replaced by the pool; the next query tells whether that worked.
  pool.on('error', () => {});
  const db = { orm: drizzle({ client: pool }) };
  return {
    ping: async () => void (await ask(pool.query('SELECT 1'))),
    rows: () => ask(countRows(db, resources)),
    status: (rows) => ask(readStatus(db, resources, rows)),
    history: () => ask(readHistory(db)),
    close: async () => {
      for (const client of clients) void (client as unknown as pg.Client).end();
      await pool.end();
    },
  };
}

/** A reason for people: without the statement, which they did not write. */
async function ask<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const cause = error instanceof DrizzleQueryError ? error.cause : error;
    throw new TransientError(`the database cannot be read: ${reasonOf(cause)}`, { cause });
  }
}
