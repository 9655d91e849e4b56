import { DrizzleQueryError } from 'drizzle-orm/errors';
import { reasonOf, TransientError } from '../../errors.ts';
import type { Resource } from '../../resources/define.ts';
import { readStatement } from '../connection/atomic.ts';
import { READING, type Terms } from '../connection/begin.ts';
import { readerOn } from '../connection/connect.ts';
import { openPool } from '../connection/pool.ts';
import { type Costs, readCosts } from './costs.ts';
import { countEdits, keptCounts } from './edit-counts.ts';
import { type LiveRows, readLiveRows } from './live-rows.ts';
import { type History, readHistory } from './recent.ts';
import { readStatus, type Status } from './status.ts';

/**
 * Reads the database for pages and metrics, on connections of its own, so that it does not wait when the daemon's are
 * all busy. Every method except `close` rejects with a TransientError if the database is away.
 */
export interface Watch {
  ping(): Promise<void>;
  /** Live rows of each resource. */
  rows(): Promise<ReadonlyMap<string, LiveRows>>;
  /** The status, with the numbers of live rows given. The counts of many edits may be some seconds old. */
  status(rows: ReadonlyMap<string, LiveRows>): Promise<Status>;
  history(): Promise<History>;
  costs(): Promise<Costs>;
  /** Closes the connections without waiting: queries that still run reject. */
  close(): Promise<void>;
}

/** Long enough to count the rows of a large mirror. */
const TERMS: Terms = { ...READING, statementMs: 30_000 };
/** `silenceMs` is longer than the server's timeout; it closes connections whose answer never comes. */
const POOL = { application: 'pylon-sync', max: 3, connectMs: 3_000, silenceMs: 32_000, mayExit: true };

/** Returns the watch of a database. Connects at the first query. */
export function openWatch(url: string, resources: readonly Resource[]): Watch {
  const { pool, cut, close } = openPool(url, POOL);
  const db = { orm: readerOn(pool, TERMS) };
  const edits = keptCounts(() => countEdits(db.orm));
  return {
    ping: async () => void (await ask(readStatement(pool, 'SELECT 1', [], TERMS))),
    rows: () => ask(readLiveRows(db, resources)),
    status: (rows) => ask(readStatus(db, resources, rows, edits)),
    history: () => ask(readHistory(db)),
    costs: () => ask(readCosts(db)),
    async close() {
      cut(new Error('the connection to the database was closed'));
      await close();
    },
  };
}

/** Runs a query. Its error names the reason without the statement, which people did not write. */
async function ask<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const cause = error instanceof DrizzleQueryError ? error.cause : error;
    throw new TransientError(`the database cannot be read: ${reasonOf(cause)}`, { cause });
  }
}
