import type pg from 'pg';
import { atomically } from './atomic.ts';
import { READING, type Terms } from './begin.ts';
import { openPool } from './pool.ts';

/** Runs several queries that see the same state of the database. */
export interface Snapshots {
  /** Runs `work` in a read-only transaction that does not see what is committed meanwhile. */
  read<T>(
    work: (
      ask: <Row extends object>(query: string, values?: readonly unknown[]) => Promise<readonly Row[]>,
    ) => Promise<T>,
  ): Promise<T>;
  /** Closes the connection without waiting: reads that still run reject. */
  close(): Promise<void>;
}

/** Returns snapshots of a database. Connects at the first read, with one connection at most. */
export function openSnapshots(url: string, { statementMs }: { readonly statementMs: number }): Snapshots {
  const { pool, cut, close } = openPool(url, {
    application: 'pylon-sync',
    max: 1,
    connectMs: 3_000,
    // Longer than the server's own timeout, for a server that does not answer at all.
    silenceMs: statementMs + 5_000,
    mayExit: true,
  });
  const terms: Terms = { ...READING, isolation: 'REPEATABLE READ', statementMs };
  return {
    read: (work) =>
      atomically(
        pool,
        (client) =>
          work(
            async <Row extends object>(query: string, values: readonly unknown[] = []) =>
              (await client.query<Row & pg.QueryResultRow>(query, [...values])).rows,
          ),
        { terms },
      ),
    async close() {
      cut(new Error('the connection to the database was closed'));
      await close();
    },
  };
}
