import type { TestDatabase } from './database.ts';

/** Changes what the daemon keeps past everything that would notice, as a restore or a superuser does. */
export async function damage(
  { pool }: TestDatabase,
  statement: string,
  values: unknown[] = [],
): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN; SET LOCAL pylon_sync.daemon = 'on'");
    const { rowCount } = await client.query(statement, values);
    await client.query('COMMIT');
    return rowCount ?? 0;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
