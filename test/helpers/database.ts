import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { test as base, inject } from 'vitest';
import { type Database, connect as openDatabase } from '../../src/db/connection/connect.ts';
import { empty } from './emptied.ts';
import { type Locks, withLocks } from './locks.ts';
import { onLasting, withDatabase } from './server.ts';

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
}

export interface OwnDatabase extends TestDatabase {
  readonly name: string;
  /** The product's connections to it, which last as long as it does. */
  connected(): Promise<Database>;
  /** Ends its use: it is emptied for another test, or removed with whoever is still connected. */
  drop(): Promise<void>;
  /** Closes the connections and leaves the database for inspection, named at the end of the run. */
  keep(test: string): Promise<void>;
}

/**
 * Migrated databases of this worker that tests have changed nothing but rows in, and that are emptied. To make one and to
 * warm a session up in it costs more than most tests.
 */
const spare: OwnDatabase[] = [];

/**
 * A database of its own for a test that wants more than the fixture gives: several, one for a whole file, or
 * an empty one (`migrated: false`). Whoever makes it drops it.
 */
export async function createDatabase(options: { migrated?: boolean } = {}): Promise<OwnDatabase> {
  const emptied = options.migrated === false ? undefined : spare.pop();
  if (emptied !== undefined) return emptied;
  const database = reserveDatabase();
  await database.copy(options.migrated === false ? 'template0' : inject('server').template);
  return database;
}

/** A database that is still to be made: by `copy`, or migrated and empty when its pool is first used. */
export interface Reserved extends OwnDatabase {
  isMade(): boolean;
  /** Makes it, a copy of another one of the same server. */
  copy(source: string): Promise<void>;
}

/** The name of a database to be, and its pool. */
export function reserveDatabase(): Reserved {
  const { url: server, template, copying, untouched } = inject('server');
  const name = `${template.replace(/template$/, '')}${randomBytes(6).toString('hex')}`;
  const url = withDatabase(server, name);
  const pool = new pg.Pool({ connectionString: url, allowExitOnIdle: true });
  // A test may end a connection from outside; the query that meets it fails on its own account.
  pool.on('error', () => {});
  let made: Promise<void> | undefined;
  let isOfTemplate = false;
  let opened: Promise<Database> | undefined;
  const copy = (source: string) => {
    isOfTemplate ||= made === undefined && source === template;
    made ??= onLasting(server, async (client) => {
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${source} ${copying}`);
    });
    return made;
  };
  const connect = pool.connect.bind(pool) as (...callback: unknown[]) => Promise<pg.PoolClient>;
  // `pool.query` comes this way, too, and brings a callback.
  pool.connect = ((...callback: unknown[]) => {
    const [fail] = callback as [((error: Error) => void)?];
    const connected = copy(template).then(() => connect(...callback));
    return fail === undefined ? connected : void connected.catch(fail);
  }) as typeof pool.connect;
  const close = async () => {
    await Promise.all([pool.end(), opened?.then((database) => database.close())]);
  };
  const reserved: Reserved = {
    url,
    pool,
    name,
    copy,
    isMade: () => made !== undefined,
    async connected() {
      await copy(template);
      opened ??= openDatabase(url);
      return opened;
    },
    async drop() {
      const database = await opened;
      const pools = [pool, ...(database === undefined ? [] : ([database.pool, database.vital] as pg.Pool[]))];
      // Who listens for the pool's connections would go on doing so.
      const isWatched = pool.listenerCount('connect') + pool.listenerCount('acquire') > 0;
      const isSpared = isOfTemplate && !isWatched && spare.length < MOST;
      if (isSpared && untouched !== undefined && (await empty(pools, untouched))) {
        spare.push(reserved);
        return;
      }
      await close();
      await onLasting(server, async (client) => {
        await awaitClosing(client, name);
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      });
    },
    async keep(test) {
      await close();
      const comment = pg.escapeLiteral(test);
      await onLasting(server, (client) => client.query(`COMMENT ON DATABASE ${name} IS ${comment}`));
    },
  };
  return reserved;
}

/** More than a test uses at once. */
const MOST = 2;

/** Looks for connections that are being closed, and milliseconds between two. */
const LOOKS = 40;
const LOOK_MS = 5;

/**
 * Waits until nobody is connected to a database, 200 ms at most: the end of a pool does not wait for its connections, and
 * one that `FORCE` ends while it closes throws what nobody catches.
 */
async function awaitClosing(client: pg.Client, name: string): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const { rowCount } = await client.query('SELECT FROM pg_stat_activity WHERE datname = $1 LIMIT 1', [
      name,
    ]);
    if (rowCount === 0) return;
    await sleep(LOOK_MS);
  }
}

/**
 * `test` with a migrated database for each test that asks for `database`; a failed test's is kept. With `locks`
 * somebody else locks rows in it.
 */
export const test = base.extend<{ database: OwnDatabase; locks: Locks }>({
  database: async ({ task }, use) => {
    const database = await createDatabase();
    await use(database);
    if (task.result?.state === 'fail') await database.keep(task.name);
    else await database.drop();
  },
  locks: ({ database }, use) => withLocks(database.pool, use),
});
