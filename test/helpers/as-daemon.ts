import type pg from 'pg';

/** Runs statements in one transaction that bears the daemon's mark: its writes are neither captured nor refused. */
export async function asDaemon(pool: Pick<pg.Pool, 'connect'>, statements: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN; SELECT set_config('pylon_sync.daemon', 'on', true)");
    await client.query(statements);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
