import type { Costs } from '../db/status/costs.ts';
import type { LiveRows } from '../db/status/live-rows.ts';
import type { History } from '../db/status/recent.ts';
import type { Status } from '../db/status/status.ts';
import { TransientError } from '../errors.ts';
import { PERIODS, type Period } from '../reports/calendar.ts';
import type { Report } from '../reports/report.ts';
import { cached, withTimeout } from './cached.ts';
import { type Operations, PATIENCE } from './operations.ts';

/**
 * Reads of the database for the port, cached and with a time limit. They reject with a TransientError when the
 * database does not answer in time.
 */
export interface Reading {
  ping(): Promise<void>;
  status(): Promise<Counted>;
  history(): Promise<History>;
  costs(): Promise<Costs>;
  report(period: Period): Promise<Report>;
}

export interface Counted extends Status {
  /**
   * Whether `rows` has been counted yet: the first count may take long, and the rest of the status does not wait for
   * it.
   */
  readonly counted: boolean;
}

/**
 * How long a count of rows is cached, in milliseconds: 20 times as long as it took, so that counting takes a
 * twentieth of the time at most while a count takes at most 15 seconds.
 */
const rowsCacheMs = (tookMs: number) => Math.min(300_000, Math.max(2_000, 20 * tookMs));
/** Everything else is a few rows of the daemon's own tables. */
const statusCacheMs = () => 1_000;
/** The size of a database is read from its files. */
const costsCacheMs = (tookMs: number) => Math.min(300_000, Math.max(10_000, 20 * tookMs));
const historyCacheMs = () => 5_000;
/** A report is cached 20 times as long as it took too: it shows days, so it need not be newer. */
const reportCacheMs = (tookMs: number) => Math.min(300_000, Math.max(10_000, 20 * tookMs));
const uncached = () => 0;

export function readingOf({ watch, reports, now, patience = PATIENCE }: Operations): Reading {
  const reach = async () => assertConnected(watch());
  const ping = cached(async () => (await reach()).ping(), uncached, now);
  const rows = cached(async () => (await reach()).rows(), rowsCacheMs, now);
  const history = cached(async () => (await reach()).history(), historyCacheMs, now);
  const costs = cached(async () => (await reach()).costs(), costsCacheMs, now);
  let known: ReadonlyMap<string, LiveRows> | undefined;
  const status = cached(
    async (): Promise<Counted> => {
      // If counting fails or takes too long, the count before is used.
      known = await withTimeout(patience.count, 'counting rows', rows()).catch(() => known);
      return { ...(await (await reach()).status(known ?? new Map())), counted: known !== undefined };
    },
    statusCacheMs,
    now,
  );
  const report = new Map(
    PERIODS.map((period) => [
      period,
      cached(async () => assertConnected(reports()).read(period), reportCacheMs, now),
    ]),
  );
  const soon = <T>(work: Promise<T>) => withTimeout(patience.rows, 'the database', work);
  return {
    ping: () => soon(ping()),
    status: () => soon(status()),
    history: () => soon(history()),
    costs: () => withTimeout(patience.count, 'the statistics of the database', costs()),
    report: (period) => withTimeout(patience.report, 'the database', assertConnected(report.get(period))()),
  };
}

function assertConnected<T>(reached: T | undefined): T {
  if (reached === undefined) throw new TransientError('no database has been reached yet');
  return reached;
}
