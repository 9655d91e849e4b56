import PQueue from 'p-queue';
import pg from 'pg';
import { reasonOf, TransientError } from '../errors.ts';
import type { Period } from './calendar.ts';
import { readReport } from './read.ts';
import type { Report } from './report.ts';

/** The views of `pylon_bi` as any BI tool reads them, knowing nothing of the tables beneath. */
export interface Reports {
  /** Rejects with a TransientError when the database is away, takes too long or has no such views yet. */
  read(period: Period): Promise<Report>;
  /** Does not wait for what is under way: that rejects. */
  close(): void;
}

const CONNECT_MS = 3_000;
const STATEMENT_MS = 20_000;

/** `undefined_table`, `undefined_column`, `invalid_schema_name` */
const NO_VIEWS = new Set(['42P01', '42703', '3F000']);

/** Opens no connection before something is asked, and never more than one. */
export function openReports(url: string): Reports {
  const turns = new PQueue({ concurrency: 1 });
  let connected: pg.Client | undefined;
  let closed = false;
  const readOnce = async (period: Period): Promise<Report> => {
    if (closed) throw new TransientError('the database has been left');
    const client = new pg.Client({
      connectionString: url,
      application_name: 'pylon-sync',
      connectionTimeoutMillis: CONNECT_MS,
      // The server gives up first; by this side's clock where it does not answer at all.
      query_timeout: STATEMENT_MS + 5_000,
      keepAlive: true,
    });
    // The query that is under way tells of a connection that broke.
    client.on('error', () => {});
    connected = client;
    try {
      await client.connect();
      // One moment for all of it, and nothing that is set for longer than it: a pooler may stand between.
      await client.query(
        `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = ${STATEMENT_MS}`,
      );
      const report = await readReport(
        async <Row extends object>(query: string, values: readonly unknown[] = []) =>
          (await client.query<Row>(query, [...values])).rows,
        period,
      );
      await client.query('COMMIT');
      return report;
    } catch (error) {
      throw new TransientError(whyNot(error), { cause: error });
    } finally {
      connected = undefined;
      void client.end().catch(() => {});
    }
  };
  return {
    read: (period) => turns.add(() => readOnce(period)),
    close() {
      closed = true;
      void connected?.end().catch(() => {});
    },
  };
}

/** A reason for people: without the statement, which they did not write. */
function whyNot(error: unknown): string {
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  if (code !== undefined && NO_VIEWS.has(code))
    return 'the database has no views of this version yet: the daemon makes them when it starts, and so does pylon-sync migrate';
  if (code === '57014') return `the views did not answer within ${STATEMENT_MS / 1_000} seconds`;
  return `the database cannot be read: ${reasonOf(error)}`;
}
