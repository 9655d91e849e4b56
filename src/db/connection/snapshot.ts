import type pg from 'pg';
import { atomically } from './atomic.ts';
import { READING, type Terms } from './begin.ts';
import { openPool } from './pool.ts';

/** Asks several questions of one moment. */
export interface Snapshots {
  /** Gives `work` a transaction that can write nothing and sees nothing of what is committed meanwhile. */
  read<T>(
    work: (
      ask: <Row extends object>(query: string, values?: readonly unknown[]) => Promise<readonly Row[]>,
    ) => Promise<T>,
  ): Promise<T>;
  /** Does not wait for what is under way: that rejects. */
  close(): Promise<void>;
}

/** Opens no connection before something is asked, and never more than one. */
export function openSnapshots(url: string, { statementMs }: { readonly statementMs: number }): Snapshots {
  const { pool, cut, close } = openPool(url, {
    application: 'pylon-sync',
    max: 1,
    connectMs: 3_000,
    // The server gives up first; by this side's clock where it does not answer at all.
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
      cut(new Error('the database has been left'));
      await close();
    },
  };
}
