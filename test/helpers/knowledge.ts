import type { TestDatabase } from './database.ts';

/**
 * Notes a complete read of a resource that ended so, just now or `ago`.
 */
export async function knowsWhole(
  { pool }: Pick<TestDatabase, 'pool'>,
  resource: string,
  outcome: 'done' | 'failed' | 'unavailable' = 'done',
  ago = '0 s',
): Promise<void> {
  await pool.query(
    `INSERT INTO pylon_sync.runs (resource, kind, outcome, started_at, finished_at, token)
     VALUES ($1, 'lists', $2, now() - $3::interval, now() - $3::interval, 1)`,
    [resource, outcome, ago],
  );
}
