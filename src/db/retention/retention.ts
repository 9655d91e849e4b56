import { sql } from 'drizzle-orm';
import type { Resource } from '../../resources/define.ts';
import type { Database } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { settings } from '../tables.ts';
import { oldContent } from './erase.ts';
import * as forget from './leftovers.ts';
import { inParts, type Rule } from './parts.ts';

/** The numbers of what was deleted because of its age. */
export interface Forgotten {
  /** Runs and scans that found nothing, or are older than ninety days. */
  readonly runs: number;
  readonly edits: number;
  readonly rejected: number;
  /** Changes of fields. */
  readonly changes: number;
  /** Rows of deleted records that were emptied. */
  readonly rows: number;
  readonly tombstones: number;
  readonly scans: number;
  readonly ids: number;
  readonly audits: number;
  readonly handovers: number;
  readonly alerts: number;
  /** Whether everything was deleted within the time limit. */
  readonly isAll: boolean;
}

export interface Retention {
  readonly resources: readonly Resource[];
  /** Days after which old data is deleted. */
  readonly days: number;
  /** Milliseconds after which no further transaction begins; default: no limit. */
  readonly mostMs?: number;
  /** The clock by which parts and the limit are timed, in milliseconds; default: `performance.now`. */
  readonly nowMs?: () => number;
}

/**
 * Deletes what is older than `days` and no longer needed, in small transactions: runs, edits that were applied or
 * discarded, rejected objects (one that still cannot be stored is noted again when it is read), changes of fields,
 * the content of deleted records (their rows still show that they were deleted), and what `leftovers.ts` lists. Rows
 * that others have locked stay for the next time.
 */
export async function forgetOld(
  db: Database,
  lease: Lease,
  { resources, days, mostMs = Number.POSITIVE_INFINITY, nowMs = () => performance.now() }: Retention,
): Promise<Forgotten> {
  const old = sql`now() - make_interval(days => ${days}::integer)`;
  const until = nowMs() + mostMs;
  let isAll = true;
  const all = async (...rules: readonly Rule[]): Promise<number> => {
    let total = 0;
    for (const rule of rules) {
      const done = await inParts(db, lease, rule, until, nowMs);
      total += done.changed;
      isAll &&= done.isAll;
    }
    return total;
  };
  const runs = await all(forget.oldRuns, forget.fruitlessScans);
  const edits = await all(forget.oldEdits(old));
  const rejected = await all(forget.oldRejects(old));
  const changes = await all(forget.oldChanges(old));
  const rows = await all(...resources.map((resource) => oldContent(resource, old)));
  const inherited = resources.flatMap(
    (resource) => forget.inheritedTombstones(resource, resources, old) ?? [],
  );
  const tombstones = await all(forget.refutedTombstones(old), ...inherited);
  const scans = await all(forget.oldScans(old));
  const made = resources.filter(({ writes }) => writes?.create !== undefined);
  const ids = await all(...made.map((resource) => forget.oldIds(resource, old)), forget.oldAddresses(old));
  const audits = await all(forget.oldAudits(days));
  const handovers = await all(forget.oldHandovers(days));
  const alerts = await all(forget.oldAlerts(old));
  return { runs, edits, rejected, changes, rows, tombstones, scans, ids, audits, handovers, alerts, isAll };
}

const KEY = 'forgotten';

/**
 * Does the same, unless any process has done that for the same number of days within the last 24
 * hours: then returns undefined.
 */
export async function forgetDaily(
  db: Database,
  lease: Lease,
  retention: Retention,
): Promise<Forgotten | undefined> {
  const { days } = retention;
  const { rows } = await db.orm.execute(sql`
    SELECT FROM ${settings}
     WHERE key = ${KEY} AND updated_at > now() - interval '1 day' AND value = ${JSON.stringify({ days })}::jsonb`);
  if (rows.length > 0) return undefined;
  const forgotten = await forgetOld(db, lease, retention);
  // If the time was not enough, the next call continues.
  if (forgotten.isAll)
    await writing(db, lease, (tx) =>
      tx
        .insert(settings)
        .values({ key: KEY, value: { days } })
        .onConflictDoUpdate({ target: settings.key, set: { value: { days }, updated_at: sql`now()` } }),
    );
  return forgotten;
}
