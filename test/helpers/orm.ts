import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Executor } from '../../src/db/connect.ts';

/** Runs something in one transaction of the daemon's, without a lease. */
export async function onOrm<T>(
  pool: Pick<pg.Pool, 'connect'>,
  work: (tx: Executor) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN; SELECT set_config('pylon_sync.daemon', 'on', true)");
    const result = await work(drizzle({ client }));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
