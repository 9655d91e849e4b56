import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { test as base, inject } from 'vitest';
import type { Database } from '../../src/db/connection/connect.ts';
import { readSealed } from '../../src/db/schema/seal.ts';
import { type Contents, differing, fillWith } from './contents.ts';
import { leave } from './emptied.ts';
import { closeIdle, idleAt, lend, mayLend } from './lent.ts';
import { type Locks, withLocks } from './locks.ts';
import { awaitClosing, onLasting, poolTo, withDatabase } from './server.ts';

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
}

export interface OwnDatabase extends TestDatabase {
  readonly name: string;
  /** The product's connections to it, which last as long as it does. */
  connected(): Promise<Database>;
  /** Lets the program that tests start know it as whole, as it knows the template: whoever filled it wrote the catalogue. */
  seal(): Promise<void>;
  /** Ends its use: another test goes on with it, or it is removed with whoever is still connected. */
  drop(): Promise<void>;
  /** Closes the connections and leaves the database for inspection, named at the end of the run. */
  keep(test: string): Promise<void>;
}

/** A database that others are copied from, and its rows where copies can be brought back to them. */
export interface Source {
  readonly name: string;
  readonly contents?: Contents | undefined;
}

/** A database of this worker, which one test uses after the other. */
interface Place extends TestDatabase {
  readonly name: string;
  /** Makes what the test of the moment is to find, once; each connection of `pool` waits for it. */
  ready: () => Promise<void>;
  /** Connects to it as it is. */
  connect(): Promise<pg.PoolClient>;
  /** What it holds but for the tables that were written to; undefined until it is made. */
  holds?: Contents;
  written: readonly string[];
}

/**
 * Places in which tests have changed nothing but rows, the last used last. To make one and to warm a session up in it costs
 * more than most tests.
 */
const spare: Place[] = [];

/** Some more than a test uses at once: of several forms. */
const MOST = 4;

/** Takes a spare place that can be brought to these rows, where possible one that held the same before. */
function takeSpare(contents: Contents | undefined): Place | undefined {
  if (contents === undefined) return undefined;
  const same = spare.findLastIndex(({ holds }) => holds === contents);
  const at = same >= 0 ? same : spare.findLastIndex(({ holds }) => holds?.form === contents.form);
  return at < 0 ? undefined : spare.splice(at, 1)[0];
}

function newPlace(): Place {
  const { url: server, template } = inject('server');
  const name = `${template.replace(/template$/, '')}${randomBytes(6).toString('hex')}`;
  const url = withDatabase(server, name);
  mayLend(url);
  // A test may end a connection from outside; the query that meets it fails on its own account.
  const pool = poolTo({ connectionString: url, allowExitOnIdle: true });
  const connect = pool.connect.bind(pool) as (...callback: unknown[]) => Promise<pg.PoolClient>;
  const place: Place = { name, url, pool, connect, ready: async () => {}, written: [] };
  // `pool.query` comes this way, too, and brings a callback.
  pool.connect = ((...callback: unknown[]) => {
    const [fail] = callback as [((error: Error) => void)?];
    const connected = place.ready().then(() => connect(...callback));
    return fail === undefined ? connected : void connected.catch(fail);
  }) as typeof pool.connect;
  return place;
}

/** Makes a database, or brings it to what it is to hold. */
async function makeIn(place: Place, { name, contents }: Source): Promise<void> {
  const { url: server, copying } = inject('server');
  const { holds, written } = place;
  if (holds === undefined)
    await onLasting(server, async (client) => {
      await client.query(`CREATE DATABASE ${place.name} TEMPLATE ${name} ${copying}`);
    });
  else if (contents !== undefined) {
    if (contents.form !== holds.form)
      throw new Error(`${place.name} has other objects than ${name}: see expectCopy`);
    const client = await place.connect();
    await fillWith(client, contents, new Set([...written, ...differing(holds, contents)]));
    client.release();
  }
  if (contents !== undefined) place.holds = contents;
  place.written = [];
}

/**
 * A database of its own for a test that wants more than the fixture gives: several, one for a whole file, or
 * an empty one (`migrated: false`). Whoever makes it drops it.
 */
export async function createDatabase(options: { migrated?: boolean } = {}): Promise<OwnDatabase> {
  const database = reserveDatabase();
  await database.copy(options.migrated === false ? { name: 'template0' } : undefined);
  return database;
}

/** The migrated and empty database. */
const template = (): Source => {
  const { template: name, untouched } = inject('server');
  return { name, contents: untouched };
};

/** A database that is still to be made: by `copy`, or migrated and empty when its pool is first used. */
export interface Reserved extends OwnDatabase {
  isMade(): boolean;
  /** Says that it is made by `copy`, whoever reads its address before that. */
  expectCopy(): void;
  /** Makes it, a copy of another one of the same server; default: of the template. */
  copy(source?: Source): Promise<void>;
}

/** A database to be, and its pool. */
export function reserveDatabase(): Reserved {
  let taken: Place | undefined;
  let made: Promise<void> | undefined;
  let opened: Promise<Database> | undefined;
  let isCopied = false;
  const take = (found: Place | undefined) => {
    taken ??= found ?? newPlace();
    taken.ready = () => copy();
    return taken;
  };
  const copy = (source = template()) => {
    made ??= makeIn(taken ?? take(takeSpare(source.contents)), source);
    return made;
  };
  const place = () => taken ?? take(isCopied ? undefined : takeSpare(template().contents));
  const close = async () => {
    await Promise.all([place().pool.end(), opened?.then((database) => database.close())]);
    await closeIdle(place().url);
  };
  return {
    get name() {
      return place().name;
    },
    get url() {
      return place().url;
    },
    get pool() {
      return place().pool;
    },
    copy,
    isMade: () => made !== undefined,
    expectCopy() {
      isCopied = true;
    },
    async connected() {
      await copy();
      opened ??= lend(place().url);
      return opened;
    },
    async seal() {
      await copy();
      const client = await place().pool.connect();
      const { present } = await readSealed(client);
      await client.query(
        "UPDATE pylon_sync.settings SET value = jsonb_set(value, '{database}', to_jsonb($1::text)) WHERE key = 'seal'",
        [present],
      );
      client.release();
    },
    async drop() {
      if (taken === undefined) return;
      if (made === undefined && taken.holds !== undefined) return void spare.push(taken);
      await (await opened)?.close();
      if (await isSpared(taken)) return;
      await close();
      await remove(taken);
    },
    async keep(test) {
      await close();
      const comment = pg.escapeLiteral(test);
      await onLasting(inject('server').url, (client) =>
        client.query(`COMMENT ON DATABASE ${place().name} IS ${comment}`),
      );
    },
  };
}

/** Keeps a place for another test, where it is of use to one. */
async function isSpared(place: Place): Promise<boolean> {
  const { pool, url, holds } = place;
  // Who listens for the pool's connections would go on doing so.
  const isWatched = pool.listenerCount('connect') + pool.listenerCount('acquire') > 0;
  if (holds === undefined || isWatched) return false;
  const written = await leave([pool, ...idleAt(url)]);
  if (written === undefined) return false;
  place.written = [...new Set([...place.written, ...written])];
  spare.push(place);
  if (spare.length <= MOST) return true;
  const [oldest] = spare.splice(0, 1);
  if (oldest !== undefined) {
    await Promise.all([oldest.pool.end(), closeIdle(oldest.url)]);
    await remove(oldest);
  }
  return true;
}

/** Removes a database that nobody of ours is connected to any more. */
const remove = ({ name }: Place): Promise<void> =>
  onLasting(inject('server').url, async (client) => {
    await awaitClosing(client, name);
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  });

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
