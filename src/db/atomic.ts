import type pg from 'pg';
import { TransientError } from '../errors.ts';
import { isBroken } from './away.ts';
import { brokenBy } from './pool.ts';

/**
 * Runs `work` in one transaction, on a connection of its own. Rolls back when `work` throws, and throws on what
 * it threw; where not even that can be said to the server, the connection is closed, which says the same.
 *
 * @throws TransientError when the server rolled back although `work` had not failed.
 */
export async function atomically<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    const { command } = await client.query('COMMIT');
    // After a failed statement, COMMIT answers politely that it did not.
    if (command !== 'COMMIT') throw new TransientError('the transaction was rolled back by the server');
    client.release();
    return result;
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(true),
    );
    throw (isBroken(error) ? brokenBy(client) : undefined) ?? error;
  }
}
