import PQueue from 'p-queue';
import { reasonOf, TransientError } from '../errors.ts';
import type { Period } from './calendar.ts';
import type { Ask } from './queries.ts';
import { readReport } from './read.ts';
import type { Report } from './report.ts';

/** Reports from the views of `pylon_bi`, read as any BI tool would. */
export interface Reports {
  /** Reads a report. Rejects with a TransientError if the database is away, takes too long, or lacks the views. */
  read(period: Period): Promise<Report>;
  /** Closes without waiting: reads that still run reject. */
  close(): Promise<void>;
}

/** Snapshots of the database that contains the views. */
export interface Source {
  read<T>(work: (ask: Ask) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The timeout of one statement in milliseconds. */
export const STATEMENT_MS = 20_000;

/** `undefined_table`, `undefined_column`, `invalid_schema_name` */
const NO_VIEWS = new Set(['42P01', '42703', '3F000']);

/** `query_canceled` */
const TOO_LONG = '57014';

/** Returns the reports of a source. Reads one report at a time. */
export function openReports(source: Source): Reports {
  const turns = new PQueue({ concurrency: 1 });
  let closed = false;
  const readOnce = async (period: Period): Promise<Report> => {
    if (closed) throw new TransientError('the connection to the database was closed');
    try {
      return await source.read((ask) => readReport(ask, period));
    } catch (error) {
      throw new TransientError(whyNot(error), { cause: error });
    }
  };
  return {
    read: (period) => turns.add(() => readOnce(period)),
    async close() {
      closed = true;
      await source.close();
    },
  };
}

/** The reason for people, without the statement, which they did not write. */
function whyNot(error: unknown): string {
  const { code } = error instanceof Error ? (error as Error & { code?: unknown }) : {};
  if (typeof code === 'string' && NO_VIEWS.has(code))
    return 'the database has no views of this version yet: the daemon makes them when it starts, and so does pylon-sync migrate';
  if (code === TOO_LONG) return `the views did not answer within ${STATEMENT_MS / 1_000} seconds`;
  return `the database cannot be read: ${reasonOf(error)}`;
}
