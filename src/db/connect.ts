import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { TransientError } from '../errors.ts';

/** A pool on one database, and Drizzle over it. */
export interface Database {
  readonly pool: pg.Pool;
  readonly orm: NodePgDatabase;
  close(): Promise<void>;
}

/** What a query can run on: the database itself or a transaction in it. */
export type Executor = Pick<
  NodePgDatabase,
  'execute' | 'select' | 'selectDistinct' | 'insert' | 'update' | 'delete'
>;

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
 * Opens a pool and proves that it answers. Nothing is set per session, so that a transaction pooler may
 * stand between; what a transaction needs it sets for itself.
 *
 * @throws TransientError when the server cannot be reached, refuses the login or is older than 14.
 */
export async function connect(url: string, options: { max?: number } = {}): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 8,
    application_name: 'pylon-sync',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced by the pool; the next query tells whether that worked.
  pool.on('error', () => {});
  try {
    await pool.query('SELECT 1');
  } catch (cause) {
    await pool.end();
    throw new TransientError(`cannot use the database at ${publicUrl(url)}`, { cause });
  }
  return { pool, orm: drizzle({ client: pool }), close: () => pool.end() };
}
