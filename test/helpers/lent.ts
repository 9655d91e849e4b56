import type pg from 'pg';
import type { Pool } from '../../src/db/connection/atomic.ts';
import { connect, type Database, readerOn } from '../../src/db/connection/connect.ts';

/** By address of a test's database, connections that lie idle until somebody opens some there again. */
const idle = new Map<string, Database[]>();

/** Says that connections to this address may lie idle: who said so closes them. */
export function mayLend(url: string): void {
  idle.set(url, []);
}

const poolsOf = ({ pool, vital }: Database) => [pool, vital] as unknown as readonly pg.Pool[];

/** Listeners of a pool that `connect` has opened. */
const OWN_LISTENERS = 1;

/** Whether nobody is at work on the connections, nor listens for them: listeners would go on doing so. */
const isFree = (database: Database): boolean =>
  poolsOf(database).every(
    (pool) =>
      !pool.ended &&
      pool.idleCount === pool.totalCount &&
      pool.waitingCount === 0 &&
      pool.listenerCount('connect') === OWN_LISTENERS &&
      pool.listenerCount('acquire') + pool.listenerCount('release') + pool.listenerCount('remove') === 0,
  );

/** A pool that gives no connection any more once its use is over. */
function until(isOver: () => boolean, pool: Pool): Pool {
  const lent = Object.create(pool) as { connect: (...callback: unknown[]) => unknown } & Pool;
  lent.connect = (...callback) => {
    if (isOver()) throw new Error('these connections were closed');
    return Reflect.apply(pool.connect, pool, callback);
  };
  return lent;
}

/**
 * The product's connections to a test's database, as `connect` opens them. Where they lie idle when they are closed, who
 * opens some there next gets the same ones: to open them costs the server more than most tests ask of it.
 */
export async function lend(url: string): Promise<Database> {
  const database = idle.get(url)?.pop() ?? (await connect(url));
  let isOver = false;
  const pool = until(() => isOver, database.pool);
  return {
    ...database,
    pool,
    orm: readerOn(pool),
    vital: until(() => isOver, database.vital),
    async close() {
      if (isOver) return;
      isOver = true;
      const others = idle.get(url);
      if (others !== undefined && isFree(database)) others.push(database);
      else await database.close();
    },
  };
}

/** The pools of connections that lie idle. */
export const idleAt = (url: string): readonly pg.Pool[] => (idle.get(url) ?? []).flatMap(poolsOf);

/** Closes the connections that lie idle. */
export async function closeIdle(url: string): Promise<void> {
  const left = idle.get(url) ?? [];
  idle.delete(url);
  await Promise.all(left.map((database) => database.close()));
}
