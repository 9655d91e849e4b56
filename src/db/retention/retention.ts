import { sql } from 'drizzle-orm';
import type { Resource } from '../../resources/define.ts';
import type { Database } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { pruneRuns } from '../progress/runs.ts';
import { settings } from '../tables.ts';
import { eraseGone } from './erase.ts';
import * as forget from './leftovers.ts';

/** Rows a transaction: nobody waits long for what one locks. */
const PART = 1_000;

/** What was given up because it is older than is to be kept. */
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
  /** Whether there was time for all of it. */
  readonly isAll: boolean;
}

export interface Retention {
  readonly resources: readonly Resource[];
  /** Days for which what is settled is kept. */
  readonly days: number;
  /** Milliseconds after which no further part is begun; default: none. */
  readonly mostMs?: number;
}

/**
 * Forgets what is older than is to be kept and what nothing needs any more, part by part: edits that were applied or
 * discarded, objects that could not be stored (one that still cannot be is noted again when it is next read), changes of
 * fields, the content of deleted records, whose rows go on saying that they were deleted, and what `forget.ts` lists.
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
  const ids = await inParts(...made.map((resource) => forget.oldIds(resource, old)));
  const audits = await inParts(forget.oldAudits(days));
  const handovers = await inParts(forget.oldHandovers(days));
  return { edits, rejected, changes, rows, tombstones, scans, ids, audits, handovers, isAll };
}

const KEY = 'forgotten';

/**
 * The same, and runs that nobody asks for, unless that was done within a day and for as many days; by whichever process
 * comes to it first. Undefined where it was.
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
  // What was cut short goes on with the next who comes.
  if (forgotten.isAll)
    await writing(db, lease, (tx) =>
      tx
        .insert(settings)
        .values({ key: KEY, value: { days } })
        .onConflictDoUpdate({ target: settings.key, set: { value: { days }, updated_at: sql`now()` } }),
    );
  return forgotten;
}
