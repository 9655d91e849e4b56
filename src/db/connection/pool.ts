import { Socket } from 'node:net';
import pg from 'pg';
import { parseJson } from '../../exact.ts';
import type { Trust } from './address.ts';
import { clientOf } from './client.ts';

// Whatever JSON the database holds is read with all its digits.
for (const type of [pg.types.builtins.JSON, pg.types.builtins.JSONB]) pg.types.setTypeParser(type, parseJson);

export interface PoolOptions {
  /** What the server's list of sessions shows. */
  readonly application: string;
  readonly max: number;
  /** For the connection to be made, and for one to become free. */
  readonly connectMs: number;
  /** A connection on which nothing has come or gone for so long is closed, whatever waits on it. */
  readonly silenceMs: number;
  /** Whether the process may end although connections are open. */
  readonly mayExit?: boolean;
}

/** A pool of connections, each of which can be cut. */
export interface Connections {
  readonly pool: pg.Pool;
  readonly trust: Trust;
  /** Cuts the connections that there are: what waits on one fails at once with the reason. New ones can be made. */
  cut(reason: Error): void;
  /** Ends the pool: what is still waiting is cut, and so is a server that does not say goodbye. */
  close(): Promise<void>;
}

/** What broke connections, as the server or the network said it before anybody asked. */
const reasons = new WeakMap<pg.PoolClient, Error>();

/** Why a connection is broken, where that is known: a query on it only hears that it is. */
export const brokenBy = (client: pg.PoolClient): Error | undefined => reasons.get(client);

/** How long a server has to take its leave. */
const FAREWELL_MS = 500;

/**
 * Opens a pool without connecting. Nothing is asked of the server for a whole session, which a transaction pooler
 * would refuse or share with others: bounds of statements belong to transactions (`begin.ts`), those here to sockets.
 * (`pg`'s own `query_timeout` gives an answer up and leaves the connection waiting for it.)
 *
 * @throws DatabaseRefusedError where the address names what is unknown or cannot be read.
 */
export function openPool(url: string, options: PoolOptions): Connections {
  const { max, silenceMs, mayExit = false } = options;
  const sockets = new Set<Socket>();
  const { config, Client, trust } = clientOf(url, options);
  const pool = new pg.Pool({
    ...config,
    Client,
    max,
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
    limitSilence(client, silenceMs);
  });
  const cut = (reason?: Error) => {
    for (const socket of sockets) socket.destroy(reason);
  };
  return {
    pool,
    trust,
    cut,
    async close() {
      const impatient = setTimeout(cut, FAREWELL_MS);
      await pool.end();
      await Promise.all([...sockets].map((socket) => new Promise((closed) => socket.once('close', closed))));
      clearTimeout(impatient);
    },
  };
}

/** Closes a client's connection when nothing moves on it for so long; 0 for never. */
export function limitSilence({ connection }: pg.PoolClient, ms: number): void {
  const stream = connection.stream as Socket;
  const silence = new Error(`Connection terminated: nothing came from the database for ${ms} ms`);
  stream.removeAllListeners('timeout').setTimeout(ms);
  if (ms > 0) stream.once('timeout', () => stream.destroy(silence));
}
