import { sql } from 'drizzle-orm';
import type { Resource } from '../../resources/define.ts';
import type { Database } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { pruneRuns } from '../progress/runs.ts';
import { settings } from '../tables.ts';
import { eraseGone } from './erase.ts';
import * as forget from './leftovers.ts';

/** Rows per transaction, so that nobody waits long for its locks. */
const PART = 1_000;

/** The numbers of what was deleted because of its age. */
export interface Forgotten {
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
}

/**
 * Deletes what is older than `days` and no longer needed, in small transactions: edits that were applied or
 * discarded, rejected objects (one that still cannot be stored is noted again when it is read), changes of fields,
 * the content of deleted records (their rows still show that they were deleted), and what `leftovers.ts` lists.
 */
export async function forgetOld(
  db: Database,
  lease: Lease,
  { resources, days, mostMs = Number.POSITIVE_INFINITY }: Retention,
): Promise<Forgotten> {
  const old = sql`now() - make_interval(days => ${days}::integer)`;
  const until = performance.now() + mostMs;
  let isAll = true;
  const inParts = async (...rules: readonly forget.Forget[]): Promise<number> => {
    let total = 0;
    for (const rule of rules)
      for (let more = true; more; ) {
        if (performance.now() >= until) {
          isAll = false;
          return total;
        }
        const count = await writing(db, lease, (tx) => rule(tx, PART));
        total += count;
        more = count === PART;
      }
    return total;
  };
  const edits = await inParts(forget.oldEdits(old));
  const rejected = await inParts(forget.olderThan('rejected_records', 'seen_at', old));
  const changes = await inParts(forget.olderThan('changes', 'seen_at', old));
  const rows = await inParts(
    ...resources.map(
      (resource): forget.Forget =>
        (tx, limit) =>
          eraseGone(tx, resource, sql`_deleted_at < ${old}`, limit),
    ),
  );
  const parentOf = ({ pull }: Resource) =>
    pull.by === 'parent' ? resources.find(({ name }) => name === pull.parent) : undefined;
  const inherited = resources.flatMap((resource) => {
    const parent = parentOf(resource);
    return parent === undefined ? [] : [forget.inheritedTombstones(resource, parent, old)];
  });
  const tombstones = await inParts(forget.refutedTombstones(old), ...inherited);
  const scans = await inParts(forget.oldScans(old));
  const made = resources.filter(({ writes }) => writes?.create !== undefined);
  const ids = await inParts(
    ...made.map((resource) => forget.oldIds(resource, old)),
    forget.oldAddresses(old),
  );
  const audits = await inParts(forget.oldAudits(days));
  const handovers = await inParts(forget.oldHandovers(days));
  const alerts = await inParts(forget.olderThan('alerts', 'over_at', old));
  return { edits, rejected, changes, rows, tombstones, scans, ids, audits, handovers, alerts, isAll };
}

const KEY = 'forgotten';

/**
 * Does the same and deletes old runs, unless any process has done that for the same number of days within the last 24
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
  await pruneRuns(db, lease);
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
