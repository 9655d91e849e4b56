import pg from 'pg';

/** Every database the tests make: `<prefix><pid of the run>_<what>`. */
export const DATABASE_PREFIX = 'pylon_sync_test_';

/** A run's data is worthless the moment it ends: nothing waits for a disk. */
export const TEST_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '64MB',
  max_connections: '200',
  max_wal_size: '256MB',
  autovacuum_naptime: '1h',
};

/** One connection for one piece of work, closed whatever happens. */
export async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}
