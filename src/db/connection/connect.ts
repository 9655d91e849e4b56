import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Trust } from './address.ts';
import { type Pool, readStatement, type Statement } from './atomic.ts';
import { DatabaseAwayError, DatabaseRefusedError, isRefusal } from './away.ts';
import { READING, type Terms } from './begin.ts';
import { type Connections, openPool } from './pool.ts';

/** Pools on one database, and Drizzle over the one for the work. */
export interface Database {
  /** What transactions are made on: `atomic.ts` and `transaction.ts` do. */
  readonly pool: Pool;
  /** Asks questions, each in a transaction of its own that can write nothing. */
  readonly orm: Executor;
  /** Connections for the lease alone, which must not wait behind the work. */
  readonly vital: Pool;
  /** What its connections are safe from. */
  readonly trust: Trust;
  /** Makes whatever the work waits for in the database fail at once with the reason. Later work is not hindered. */
  interrupt(reason: Error): void;
  /** Waits for nothing: what still runs is interrupted. */
  close(): Promise<void>;
}

/** What a query can run on: the database itself or a transaction in it. */
export type Executor = Pick<
  NodePgDatabase,
  'execute' | 'select' | 'selectDistinct' | 'insert' | 'update' | 'delete'
>;

/**
 * The bounds of a connection. Statements of writing transactions have a bound of their own in the server, 120 s
 * (`transaction.ts`): only beyond that does silence mean that nobody is there any more.
 */
const WORK = { application: 'pylon-sync', max: 8, connectMs: 10_000, silenceMs: 150_000 };
/** A heartbeat is answered while the lease lasts or does not matter; a second one gets past a connection that is dead. */
const VITAL = { application: 'pylon-sync lease', max: 2, connectMs: 5_000, silenceMs: 10_000 };

/** The address without its password, for people. */
export function publicUrl(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password !== '') parsed.password = '***';
    parsed.search = '';
    return parsed.href;
  } catch {
    return 'the database';
  }
}

/** Drizzle over a pool, for questions: each statement is a transaction of its own that can write nothing. */
export function readerOn(pool: Pool, terms: Terms = READING): Executor {
  const query = (statement: Statement, values?: unknown[]) => readStatement(pool, statement, values, terms);
  // All that Drizzle asks of a pool.
  return drizzle({ client: { query } as unknown as pg.Pool });
}

/**
 * Opens a database and proves that it answers. Nothing is set per session, so that a transaction pooler may
 * stand between; what a transaction needs it sets for itself.
 *
 * @throws DatabaseRefusedError when the server refuses the login or cannot be trusted, DatabaseAwayError when it cannot
 * be reached; the signal's reason when that is aborted meanwhile.
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
    await readStatement(work.pool, 'SELECT 1');
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
      isRefusal(cause) || cause instanceof DatabaseRefusedError ? DatabaseRefusedError : DatabaseAwayError;
    throw new Kind(`cannot use the database at ${publicUrl(url)}`, { cause });
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
}
