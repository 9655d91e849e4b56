import type { History } from '../db/status/recent.ts';
import type { Status } from '../db/status/status.ts';
import { TransientError } from '../errors.ts';
import { PERIODS, type Period } from '../reports/calendar.ts';
import type { Report } from '../reports/report.ts';
import { cached, withTimeout } from './cached.ts';
import { type Operations, PATIENCE } from './operations.ts';

/** The database as the port reads it: sparingly, and never waiting for long. All of it rejects when it is away. */
export interface Reading {
  ping(): Promise<void>;
  status(): Promise<Counted>;
  history(): Promise<History>;
  report(period: Period): Promise<Report>;
}

export interface Counted extends Status {
  /** Whether `rows` were ever counted: a first count may take its time, and the rest need not wait for it. */
  readonly counted: boolean;
}

/** Counting reads the tables: a twentieth of the time at most, while a count takes no more than 15 seconds. */
const rowsKept = (tookMs: number) => Math.min(300_000, Math.max(2_000, 20 * tookMs));
/** The rest are a few rows of the daemon's own. */
const statusKept = () => 1_000;
const historyKept = () => 5_000;
/** A twentieth of the time as well: what a report shows is days. */
const reportKept = (tookMs: number) => Math.min(300_000, Math.max(10_000, 20 * tookMs));
const notKept = () => 0;

export function readingOf({ watch, reports, now, patience = PATIENCE }: Operations): Reading {
  const reach = async () => assertConnected(watch());
  const ping = cached(async () => (await reach()).ping(), notKept, now);
  const rows = cached(async () => (await reach()).rows(), rowsKept, now);
  const history = cached(async () => (await reach()).history(), historyKept, now);
  let known: ReadonlyMap<string, number> | undefined;
  const status = cached(
    async (): Promise<Counted> => {
      // A count that fails or takes long leaves the one before it.
      known = await withTimeout(patience.count, 'counting rows', rows()).catch(() => known);
      return { ...(await (await reach()).status(known ?? new Map())), counted: known !== undefined };
    },
    statusKept,
    now,
  );
  const report = new Map(
    PERIODS.map((period) => [
      period,
      cached(async () => assertConnected(reports()).read(period), reportKept, now),
    ]),
  );
  const soon = <T>(work: Promise<T>) => withTimeout(patience.rows, 'the database', work);
  return {
    ping: () => soon(ping()),
    status: () => soon(status()),
    history: () => soon(history()),
    report: (period) => withTimeout(patience.report, 'the database', assertConnected(report.get(period))()),
  };
}

function assertConnected<T>(reached: T | undefined): T {
  if (reached === undefined) throw new TransientError('no database has been reached yet');
  return reached;
}
