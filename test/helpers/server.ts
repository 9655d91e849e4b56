import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
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
  max_prepared_transactions: '2',
};

/**
 * A pool of a test's own. Its end does not wait for its connections: a server that is stopped, or a database that is removed, may
 * still say so to one that is closing, and nobody else would hear it.
 */
export function poolTo(config: pg.PoolConfig): pg.Pool {
  return new pg.Pool(config).on('error', () => {});
}

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

/** By address: what makes and removes databases, open as long as this worker. */
const lasting = new Map<string, Promise<pg.Client>>();

/** By address: when the last work on it ends, since tests may run side by side. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Does on a connection that lasts what each test would open two for: to open one costs the server more than most tests
 * ask of it. One that broke is replaced. One work follows the other.
 */
export async function onLasting<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const mine = Promise.resolve(turns.get(url)).then(async () => {
    const opening = lasting.get(url) ?? openLasting(url);
    lasting.set(url, opening);
    return work(await opening);
  });
  turns.set(
    url,
    mine.catch(() => {}),
  );
  return mine;
}

async function openLasting(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  const forget = () => lasting.delete(url);
  client.on('error', forget).on('end', forget);
  try {
    await client.connect();
  } catch (error) {
    forget();
    throw error;
  }
  // Nobody waits for it to end a process.
  (client.connection.stream as Socket).unref();
  return client;
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** Looks for connections that are being closed, and milliseconds between two. */
const LOOKS = 40;
const LOOK_MS = 5;

/**
 * Waits until nobody is connected to a database, 200 ms at most: the end of a pool does not wait for its connections, and
 * one that `FORCE` ends while it closes throws what nobody catches.
 */
export async function awaitClosing(client: pg.Client, name: string): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const { rowCount } = await client.query('SELECT FROM pg_stat_activity WHERE datname = $1 LIMIT 1', [
      name,
    ]);
    if (rowCount === 0) return;
    await sleep(LOOK_MS);
  }
}

/** The clause of `CREATE DATABASE` by which a server of the tests copies: files, not pages through its log. */
export async function copyingOf(server: string): Promise<string> {
  const version = await versionOf(server);
  // Files are all that earlier ones copy.
  return version < 15 ? '' : 'STRATEGY file_copy';
}

/**
 * Lets who connects to a server of the tests prove the password in one round of hashing instead of 4,096: thousands of
 * connections are opened.
 */
export async function hashOnce(server: string): Promise<void> {
  if ((await versionOf(server)) < 16) return;
  await onServer(server, async (client) => {
    await client.query('SET scram_iterations = 1');
    const password = pg.escapeLiteral(decodeURIComponent(new URL(server).password));
    await client.query(`ALTER ROLE CURRENT_USER PASSWORD ${password}`);
  });
}

const versionOf = (server: string): Promise<number> =>
  onServer(server, async (client) => {
    const { rows } = await client.query("SELECT current_setting('server_version_num')::int / 10000 AS major");
    return rows[0].major;
  });
