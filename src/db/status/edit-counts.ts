import { sql } from 'drizzle-orm';
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
  /** `pending` and `sending` edits that have waited for an hour, and the error of the oldest one. */
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
  readonly reason: string | null;
  readonly answered: number;
  readonly why: string | null;
}

/** SQL: whether an edit has waited for too long. Those that Pylon has answered are counted separately. */
const STUCK = sql`${col.state} IN ('pending', 'sending') AND ${col.answer} IS NULL
  AND ${col.waiting_since} < clock_timestamp() - make_interval(secs => ${WAITS_LONG_MS / 1_000})`;

/** Counts edits by state, without reading those that were settled long ago. */
export async function countEdits(db: Executor): Promise<EditCounts> {
  const { rows } = await db.execute<Row & Record<string, unknown>>(sql`
    SELECT ${col.state}, count(*)::float8 AS edits,
           extract(epoch FROM clock_timestamp() - min(${col.waiting_since}))::float8 AS age,
           count(*) FILTER (WHERE ${STUCK})::float8 AS stuck,
           (array_agg(${col.error} ORDER BY ${col.waiting_since}, ${col.id}) FILTER (WHERE ${STUCK}))[1] AS reason,
           count(${col.answer})::float8 AS answered, (array_agg(${col.error} ORDER BY ${col.id}) FILTER (WHERE ${col.answer} IS NOT NULL))[1] AS why
      FROM ${edits} WHERE ${col.state} IN ('draft', 'pending', 'sending', 'conflict', 'failed') GROUP BY 1
     UNION ALL
    SELECT ${col.state}, count(*)::float8, 0, 0, NULL, 0, NULL
      FROM ${edits}
     WHERE ${col.settled_at} > clock_timestamp() - interval '24 hours' AND ${col.state} IN ('applied', 'discarded') GROUP BY 1`);
  const found = new Map(rows.map((row) => [row.state, row]));
  const waiting = (['pending', 'sending'] as const).flatMap((state) => found.get(state) ?? []);
  const seconds = Math.max(0, ...waiting.map(({ age }) => age));
  const counts = STATES.map((state) => [state, found.get(state)?.edits ?? 0]);
  return {
    by_state: Object.fromEntries(counts) as Record<State, number>,
    waiting_seconds: waiting.length === 0 ? null : seconds,
    stuck: {
      edits: rows.reduce((sum, { stuck }) => sum + stuck, 0),
      seconds,
      error: waiting.toSorted((a, b) => b.age - a.age).find(({ reason }) => reason !== null)?.reason ?? null,
    },
    answered: {
      edits: rows.reduce((sum, { answered }) => sum + answered, 0),
      error: rows.find(({ why }) => why !== null)?.why ?? null,
    },
  };
}
