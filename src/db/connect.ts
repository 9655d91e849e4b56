import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { DatabaseAwayError } from './away.ts';
import { openPool } from './pool.ts';

/** Pools on one database, and Drizzle over the one for the work. */
export interface Database {
  readonly pool: pg.Pool;
  readonly orm: NodePgDatabase;
  /** Connections for the lease alone, which must not wait behind the work. */
  readonly vital: pg.Pool;
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

/**
 * Opens a database and proves that it answers. Nothing is set per session, so that a transaction pooler may
 * stand between; what a transaction needs it sets for itself.
 *
 * @throws DatabaseAwayError when the server cannot be reached or refuses the login; the signal's reason when that
 * is aborted meanwhile.
 */
export async function connect(
  url: string,
  { max = WORK.max, signal }: { readonly max?: number; readonly signal?: AbortSignal } = {},
): Promise<Database> {
  signal?.throwIfAborted();
  const work = openPool(url, { ...WORK, max });
  const vital = openPool(url, VITAL);
  const close = async () => void (await Promise.all([work.close(), vital.close()]));
  const abandon = () => work.cut(signal?.reason);
  signal?.addEventListener('abort', abandon);
  try {
    await work.pool.query('SELECT 1');
  } catch (cause) {
    await close();
    signal?.throwIfAborted();
    throw new DatabaseAwayError(`cannot use the database at ${publicUrl(url)}`, { cause });
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
  return {
    pool: work.pool,
    orm: drizzle({ client: work.pool }),
    vital: vital.pool,
    interrupt: work.cut,
    close,
  };
}
