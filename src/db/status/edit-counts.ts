import { type SQL, sql } from 'drizzle-orm';
import { PATIENCE } from '../../backoff.ts';
import { STATES, type State } from '../../edits/states.ts';
import type { Executor } from '../connection/connect.ts';
import { col } from '../edits/table.ts';
import { edits } from '../tables.ts';

/** The numbers of edits by state. */
export interface EditCounts {
  /** The edits in each state; of `applied` and `discarded`, those of the last 24 hours. */
  readonly by_state: Readonly<Record<State, number>>;
  /** Seconds for which the oldest `pending` or `sending` edit has waited; null if there is none. */
  readonly waiting_seconds: number | null;
  /** `pending` and `sending` edits that have waited for an hour, and the error of the oldest one that has an error. */
  readonly stuck: { readonly edits: number; readonly seconds: number; readonly error: string | null };
  /** Edits whose answer from Pylon cannot be stored here, and the error of the first one. */
  readonly answered: { readonly edits: number; readonly error: string | null };
}

/** Milliseconds after which a waiting edit needs attention. */
const WAITS_LONG_MS = PATIENCE.edit.errorAfterMs;

interface Row {
  readonly state: State;
  readonly edits: number;
  readonly age: number;
  readonly stuck: number;
  readonly answered: number;
}

/** SQL: whether an edit has waited for too long. Those that Pylon has answered are counted separately. */
const STUCK = sql`${col.state} IN ('pending', 'sending') AND ${col.answer} IS NULL
  AND ${col.waiting_since} < clock_timestamp() - make_interval(secs => ${WAITS_LONG_MS / 1_000})`;

const OPEN = sql`${col.state} IN ('draft', 'pending', 'sending', 'conflict', 'failed')`;

/**
 * Counts edits by state, without reading those that were settled long ago. Reads each of the others once, however many
 * wait, and sorts none.
 */
export async function countEdits(db: Executor): Promise<EditCounts> {
  const { rows } = await db.execute<Row & Record<string, unknown>>(sql`
    SELECT ${col.state}, count(*)::float8 AS edits,
           extract(epoch FROM clock_timestamp() - min(${col.waiting_since}))::float8 AS age,
           count(*) FILTER (WHERE ${STUCK})::float8 AS stuck, count(${col.answer})::float8 AS answered
      FROM ${edits} WHERE ${OPEN} GROUP BY 1
     UNION ALL
    SELECT ${col.state}, count(*)::float8, 0, 0, 0
      FROM ${edits}
     WHERE ${col.settled_at} > clock_timestamp() - interval '24 hours' AND ${col.state} IN ('applied', 'discarded') GROUP BY 1`);
  const found = new Map(rows.map((row) => [row.state, row]));
  const waiting = (['pending', 'sending'] as const).flatMap((state) => found.get(state) ?? []);
  const seconds = Math.max(0, ...waiting.map(({ age }) => age));
  const counts = STATES.map((state) => [state, found.get(state)?.edits ?? 0]);
  const sumOf = (what: 'stuck' | 'answered') => rows.reduce((sum, row) => sum + row[what], 0);
  const stuck = sumOf('stuck');
  const answered = sumOf('answered');
  return {
    by_state: Object.fromEntries(counts) as Record<State, number>,
    waiting_seconds: waiting.length === 0 ? null : seconds,
    stuck: { edits: stuck, seconds, error: stuck === 0 ? null : await oldestError(db, STUCK) },
    answered: {
      edits: answered,
      error: answered === 0 ? null : await oldestError(db, sql`${OPEN} AND ${col.answer} IS NOT NULL`),
    },
  };
}

/** The error of the edit that has waited for longest of those that have one. */
async function oldestError(db: Executor, which: SQL): Promise<string | null> {
  const { rows } = await db.execute<{ error: string }>(sql`
    SELECT ${col.error} FROM ${edits} WHERE ${which} AND ${col.error} IS NOT NULL
     ORDER BY ${col.waiting_since}, ${col.id} LIMIT 1`);
  return rows[0]?.error ?? null;
}

/** From so many edits on, counting them takes noticeably long. */
const MANY = 10_000;
/** Counts of many edits are kept so many times as long as counting took: the database counts for a twentieth of the time. */
const KEPT_TIMES = 20;
/** Milliseconds for which they are kept at most. */
const KEPT_MS = 30_000;

/**
 * Returns a function that counts the edits as `count` does, for callers that ask often. If there are many edits, it returns
 * the same counts for `KEPT_TIMES` as long as counting took, `KEPT_MS` at most. If there are few, it counts each time.
 */
export function keptCounts(
  count: () => Promise<EditCounts>,
  now: () => number = () => performance.now(),
): () => Promise<EditCounts> {
  let kept: { readonly counts: EditCounts; readonly until: number } | undefined;
  return async () => {
    const began = now();
    if (kept !== undefined && began < kept.until) return kept.counts;
    const counts = await count();
    const ended = now();
    const total = Object.values(counts.by_state).reduce((sum, edits) => sum + edits, 0);
    const keptMs = total < MANY ? 0 : Math.min(KEPT_MS, KEPT_TIMES * (ended - began));
    kept = { counts, until: ended + keptMs };
    return counts;
  };
}
