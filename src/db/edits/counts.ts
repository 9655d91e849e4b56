import { sql } from 'drizzle-orm';
import { STATES, type State } from '../../edits/states.ts';
import type { Executor } from '../connect.ts';

/** How many edits stand where. */
export interface EditCounts {
  /** Of those that are done with, `applied` and `discarded`, the ones of the last 24 hours. */
  readonly by_state: Readonly<Record<State, number>>;
  /** For how long the longest waiting one, of those that nobody has to decide about, has been; null when none is. */
  readonly waiting_seconds: number | null;
  /** Those that Pylon has answered although that cannot be stored here, and why the first of them cannot. */
  readonly answered: { readonly edits: number; readonly error: string | null };
}

interface Row {
  readonly state: State;
  readonly edits: number;
  readonly age: number;
  readonly answered: number;
  readonly why: string | null;
}

/** Counts edits by state, without reading what was settled long ago. */
export async function countEdits(db: Executor): Promise<EditCounts> {
  const { rows } = await db.execute<Row & Record<string, unknown>>(sql`
    SELECT state, count(*)::float8 AS edits,
           extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS age,
           count(answer)::float8 AS answered, (array_agg(error ORDER BY id) FILTER (WHERE answer IS NOT NULL))[1] AS why
      FROM pylon_sync.edits WHERE state IN ('draft', 'pending', 'sending', 'conflict', 'failed') GROUP BY 1
     UNION ALL
    SELECT state, count(*)::float8, 0, 0, NULL
      FROM pylon_sync.edits
     WHERE settled_at > clock_timestamp() - interval '24 hours' AND state IN ('applied', 'discarded') GROUP BY 1`);
  const found = new Map(rows.map((row) => [row.state, row]));
  const waiting = (['pending', 'sending'] as const).flatMap((state) => found.get(state)?.age ?? []);
  const counts = STATES.map((state) => [state, found.get(state)?.edits ?? 0]);
  return {
    by_state: Object.fromEntries(counts) as Record<State, number>,
    waiting_seconds: waiting.length === 0 ? null : Math.max(0, ...waiting),
    answered: {
      edits: rows.reduce((sum, { answered }) => sum + answered, 0),
      error: rows.find(({ why }) => why !== null)?.why ?? null,
    },
  };
}
