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

/** Publishes the schedule of a daemon that mirrors these resources. */
export async function publishes(
  { pool }: Pick<TestDatabase, 'pool'>,
  resources: readonly string[],
): Promise<void> {
  await pool.query(
    `INSERT INTO pylon_sync.settings (key, value) VALUES ('schedule', $1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [JSON.stringify({ resources, periods: { changes: 60, lists: 900, reconcile: 86_400 } })],
  );
}
