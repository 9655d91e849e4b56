import { DrizzleQueryError } from 'drizzle-orm/errors';
import { reasonOf, TransientError } from '../../errors.ts';
import type { Resource } from '../../resources/define.ts';
import { readStatement } from '../connection/atomic.ts';
import { READING, type Terms } from '../connection/begin.ts';
import { readerOn } from '../connection/connect.ts';
import { openPool } from '../connection/pool.ts';
import { type History, readHistory } from './recent.ts';
import { countRows, readStatus, type Status } from './status.ts';

/**
 * The database as an onlooker reads it, on connections of its own: neither waits for the other when the
 * daemon's are all busy. Whatever is asked rejects with a TransientError when the database is away.
 */
export interface Watch {
  ping(): Promise<void>;
  /** Live rows of each resource. */
  rows(): Promise<ReadonlyMap<string, number>>;
  /** The rest, with the live rows given. */
  status(rows: ReadonlyMap<string, number>): Promise<Status>;
  history(): Promise<History>;
  /** Does not wait for what is under way: that rejects. */
  close(): Promise<void>;
}

/** The longest is counting the rows of a large mirror. */
const TERMS: Terms = { ...READING, statementMs: 30_000 };
/** By this side's clock: an answer that never comes is given up, and its connection with it. */
const POOL = { application: 'pylon-sync', max: 3, connectMs: 3_000, silenceMs: 32_000, mayExit: true };

/** Opens no connection before something is asked. */
export function openWatch(url: string, resources: readonly Resource[]): Watch {
  const { pool, cut, close } = openPool(url, POOL);
  const db = { orm: readerOn(pool, TERMS) };
  return {
    ping: async () => void (await ask(readStatement(pool, 'SELECT 1', [], TERMS))),
    rows: () => ask(countRows(db, resources)),
    status: (rows) => ask(readStatus(db, resources, rows)),
    history: () => ask(readHistory(db)),
    async close() {
      cut(new Error('the connection to the database was closed'));
      await close();
    },
  };
}

/** A reason for people: without the statement, which they did not write. */
async function ask<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const cause = error instanceof DrizzleQueryError ? error.cause : error;
    throw new TransientError(`the database cannot be read: ${reasonOf(cause)}`, { cause });
  }
}
