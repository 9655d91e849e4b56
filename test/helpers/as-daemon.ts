import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Executor } from '../../src/db/connection/connect.ts';

type Pool = Pick<pg.Pool, 'connect'>;

/** One transaction that bears the daemon's mark: its writes are neither captured nor refused. It has no lease. */
async function marked<T>(pool: Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN; SELECT set_config('pylon_sync.daemon', 'on', true)");
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** Runs statements in one transaction that bears the daemon's mark. */
export const asDaemon = (pool: Pool, statements: string): Promise<void> =>
  marked(pool, async (client) => void (await client.query(statements)));

/** Runs something in one transaction that bears the daemon's mark. */
export const inDaemonTransaction = <T>(pool: Pool, work: (tx: Executor) => Promise<T>): Promise<T> =>
  marked(pool, (client) => work(drizzle({ client })));
