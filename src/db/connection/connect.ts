import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Trust } from './address.ts';
import { atomically, type Pool, readStatement, type Statement } from './atomic.ts';
import { DatabaseAwayError, DatabaseRefusedError, isLoginRefused } from './away.ts';
import { READING, type Terms } from './begin.ts';
import { oncePer } from './fixed.ts';
import { type Connections, openPool } from './pool.ts';

/** Two pools of connections to one database, and Drizzle on the one for the work. */
export interface Database {
  /** The pool for the work; `atomic.ts` and `transaction.ts` run transactions on it. */
  readonly pool: Pool;
  /** Runs queries, each in a read-only transaction of its own. */
  readonly orm: Executor;
  /** Connections for the lease only, which must not wait for the work to free one. */
  readonly vital: Pool;
  /** How far the connections are protected. */
  readonly trust: Trust;
  /**
   * Cuts the connections of the work: its queries that run, or wait for a connection, fail at once with the reason. Later
   * queries work again, but wait for `laterMs` at most, if given.
   */
  interrupt(reason: Error, laterMs?: number): void;
  /** Closes all connections without waiting: queries that still run fail. */
  close(): Promise<void>;
}

/** Something that can run a query: the database or a transaction in it. */
export type Executor = Pick<
  NodePgDatabase,
  'execute' | 'select' | 'selectDistinct' | 'insert' | 'update' | 'delete'
>;

/**
 * The limits of the pool for the work. The server ends statements of writing transactions after 120 s
 * (`transaction.ts`); a connection that is silent for longer than that is dead. What comes each minute, or twice, finds
 * its connections open: to open one costs as much as a dozen transactions, here and at the server.
 */
const WORK = { application: 'pylon-sync', max: 8, connectMs: 10_000, silenceMs: 150_000, unusedMs: 75_000 };
/**
 * The limits of the lease's pool. A heartbeat that is answered after the lease has expired is of no use; the second
 * connection lets the next heartbeat through if the first is dead.
 */
const VITAL = { application: 'pylon-sync lease', max: 2, connectMs: 5_000, silenceMs: 10_000 };

/** Asks how a database stores texts. */
const ENCODING = "SELECT current_setting('server_encoding') AS encoding";

/** The URL for people to read: nothing but the user, host, port and database's name. */
export function publicUrl(url: string): string {
  if (!URL.canParse(url)) return 'the database';
  const { protocol, username, password, host, pathname, searchParams } = new URL(url);
  // What an address with an @ after its host takes for the database's name is the rest of a password.
  if (pathname.includes('@')) return 'the database';
  const name = username || encodeURIComponent(searchParams.get('user') ?? '');
  const user = `${name}${password === '' ? '' : ':***'}`;
  return `${protocol}//${user === '' ? '' : `${user}@`}${host}${pathname}`;
}

/** Drizzle on a connection, made once for each. */
export const executorOn: (client: pg.PoolClient) => Executor = oncePer((client) => drizzle({ client }));

/** Drizzle on a pool, for queries: each statement runs in a read-only transaction of its own. */
export function readerOn(pool: Pool, terms: Terms = READING): Executor {
  const query = (statement: Statement, values?: unknown[]) => readStatement(pool, statement, values, terms);
  // Drizzle uses no other method of a pool.
  return drizzle({ client: { query } as unknown as pg.Pool });
}

/** Runs queries that see the same state of the database, in one read-only transaction. */
export const readTogether = <T>(pool: Pool, work: (orm: Executor) => Promise<T>): Promise<T> =>
  atomically(pool, (client) => work(executorOn(client)), {
    terms: { ...READING, isolation: 'REPEATABLE READ' },
  });

/**
 * Opens the pools of a database and checks that it answers. Settings are made per transaction, not per session, so
 * that a transaction pooler may stand in between.
 *
 * @throws DatabaseRefusedError if the server refuses the login or cannot be trusted, or the database's encoding is not UTF8;
 * DatabaseAwayError if it cannot be reached; the signal's reason if the signal is aborted.
 */
export async function connect(
  url: string,
  { max = WORK.max, signal }: { readonly max?: number; readonly signal?: AbortSignal } = {},
): Promise<Database> {
  signal?.throwIfAborted();
  const opened: Connections[] = [];
  const close = async () => void (await Promise.all(opened.map((connections) => connections.close())));
  const abandon = () => opened[0]?.cut(signal?.reason);
  signal?.addEventListener('abort', abandon);
  try {
    const work = openPool(url, { ...WORK, max });
    const vital = openPool(url, VITAL);
    opened.push(work, vital);
    const { rows } = await readStatement<{ encoding: string }>(work.pool, ENCODING);
    // Other encodings lack characters that Pylon's texts have, and SQL_ASCII stores bytes that are no text.
    if (rows[0]?.encoding !== 'UTF8')
      throw new DatabaseRefusedError(
        `its encoding is ${rows[0]?.encoding}, and has to be UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 makes such a one`,
      );
    return {
      pool: work.pool,
      orm: readerOn(work.pool),
      vital: vital.pool,
      trust: work.trust,
      interrupt: work.cut,
      close,
    };
  } catch (cause) {
    await close();
    signal?.throwIfAborted();
    const Kind =
      isLoginRefused(cause) || cause instanceof DatabaseRefusedError
        ? DatabaseRefusedError
        : DatabaseAwayError;
    throw new Kind(`cannot use the database at ${publicUrl(url)}`, { cause });
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
}
