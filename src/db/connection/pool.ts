import { Socket } from 'node:net';
import pg from 'pg';
import { parseJson } from '../../exact.ts';
import type { Trust } from './address.ts';
import { clientOf } from './client.ts';

// Parses JSON without losing digits of numbers.
for (const type of [pg.types.builtins.JSON, pg.types.builtins.JSONB]) pg.types.setTypeParser(type, parseJson);

export interface PoolOptions {
  /** The `application_name` that `pg_stat_activity` shows. */
  readonly application: string;
  readonly max: number;
  /** Milliseconds within which a connection must be established, or become free. */
  readonly connectMs: number;
  /** A connection without traffic for so many milliseconds is closed, even if a query waits on it. */
  readonly silenceMs: number;
  /** A connection that nobody has used for so many milliseconds is closed; default 10,000. */
  readonly unusedMs?: number;
  /** Whether the process may exit while connections are open; default false. */
  readonly mayExit?: boolean;
}

/** A pool whose connections can be cut. */
export interface Connections {
  readonly pool: pg.Pool;
  readonly trust: Trust;
  /**
   * Cuts the present connections: queries that wait on one, or for one, fail at once with the reason. New connections
   * can be made; from now on one is closed after `laterMs` without traffic, if given.
   */
  cut(reason: Error, laterMs?: number): void;
  /** Ends the pool. Connections that are not closed within half a second are cut. */
  close(): Promise<void>;
}

/** The errors that broke connections, as the server or the network reported them outside a query. */
const reasons = new WeakMap<pg.PoolClient, Error>();

/** Why a connection is broken, if that is known: the error of a query on it does not say why. */
export const brokenBy = (client: pg.PoolClient): Error | undefined => reasons.get(client);

/** Milliseconds for which a connection stays open while nobody uses it. */
const UNUSED_MS = 10_000;
/** Milliseconds that a server has to close its connections. */
const FAREWELL_MS = 500;

/**
 * Opens a pool without connecting. It makes no settings for a session, which a transaction pooler would refuse or
 * share with others: timeouts of statements belong to transactions (`begin.ts`), those here to sockets. (`pg`'s
 * `query_timeout` would abandon the answer and leave the connection waiting for it.)
 *
 * @throws DatabaseRefusedError if a parameter of the URL has an unknown value, or a file cannot be read or used.
 */
export function openPool(url: string, options: PoolOptions): Connections {
  const { max, silenceMs, unusedMs = UNUSED_MS, mayExit = false } = options;
  const sockets = new Set<Socket>();
  let limitMs = silenceMs;
  const { config, Client, trust } = clientOf(url, options);
  const pool = new pg.Pool({
    ...config,
    Client,
    max,
    idleTimeoutMillis: unusedMs,
    allowExitOnIdle: mayExit,
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
  });
  // A connection that breaks fails the query that waits on it, and is replaced. Beyond that nobody has to hear of
  // it; as an event without a listener it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      if (!reasons.has(client)) reasons.set(client, error);
    });
    limitSilence(client, limitMs);
  });
  const abandon = abandonable(pool);
  const cut = (reason?: Error, laterMs = limitMs) => {
    limitMs = laterMs;
    if (reason !== undefined) abandon(reason);
    for (const socket of sockets) socket.destroy(reason);
  };
  return {
    pool,
    trust,
    cut,
    async close() {
      const impatient = setTimeout(() => cut(), FAREWELL_MS);
      await pool.end();
      await Promise.all([...sockets].map((socket) => new Promise((closed) => socket.once('close', closed))));
      clearTimeout(impatient);
    },
  };
}

/**
 * Returns a function that fails whoever waits for a connection of the pool. The pool does not know of that: a connection
 * that it has for one of them later goes back at once.
 */
function abandonable(pool: pg.Pool): (reason: Error) => void {
  const waiting = new Set<(reason: Error) => void>();
  const connect = pool.connect.bind(pool);
  const abandonably = () =>
    new Promise<pg.PoolClient>((resolve, reject) => {
      waiting.add(reject);
      connect().then(
        (client) => (waiting.delete(reject) ? resolve(client) : client.release()),
        (error: unknown) => {
          waiting.delete(reject);
          reject(error);
        },
      );
    });
  // `pool.query` brings a callback.
  pool.connect = ((...callback: Parameters<typeof connect>) =>
    callback.length > 0 ? connect(...callback) : abandonably()) as typeof pool.connect;
  return (reason) => {
    for (const reject of waiting) reject(reason);
    waiting.clear();
  };
}

/** Runs work during which a client's connection may be without traffic for as long as it likes. */
export async function unlimited<T>(
  client: pg.PoolClient,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const limitMs = (client.connection.stream as Socket).timeout ?? 0;
  limitSilence(client, 0);
  try {
    return await work(client);
  } finally {
    limitSilence(client, limitMs);
  }
}

/** Closes a client's connection after so many milliseconds without traffic; 0: never. */
function limitSilence({ connection }: pg.PoolClient, ms: number): void {
  const stream = connection.stream as Socket;
  const silence = new Error(`Connection terminated: nothing came from the database for ${ms} ms`);
  stream.removeAllListeners('timeout').setTimeout(ms);
  if (ms > 0) stream.once('timeout', () => stream.destroy(silence));
}
