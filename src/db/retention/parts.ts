import { type SQL, sql } from 'drizzle-orm';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';

/** The key of a row as text, column by column. */
type Place = readonly string[];

/** What one part of a rule's work did. */
interface Part {
  /** Rows that were deleted or emptied. */
  readonly changed: number;
  /** The key of the last row that was looked at: the next part begins after it. Undefined at the end of the table. */
  readonly next: Place | undefined;
}

/**
 * Does one part of a rule's work: looks at `most` rows at most, those after the place `after`; without one, at the
 * first.
 */
export type Rule = (tx: Executor, most: number, after: Place | undefined) => Promise<Part>;

/** How a rule goes through a table. */
export interface Walk {
  /** The table; conditions call its rows `old`. */
  readonly table: SQL;
  /** The columns of a unique key, with their types. An index returns the rows of `which` in this order. */
  readonly key: readonly (readonly [column: string, type: 'bigint' | 'date' | 'text' | 'timestamptz'])[];
  /** The rows that are looked at, which an index finds; default: all. What may change meanwhile belongs to `doomed` too. */
  readonly which?: SQL;
  /** Those of them that are to go; default: all of them. It is evaluated for one part only. */
  readonly doomed?: SQL;
  /** Sets columns of these rows; default: deletes them. */
  readonly set?: SQL;
  /** Further common table expressions, for `doomed`. */
  readonly using?: SQL;
}

/**
 * Rows that one transaction changes at most. It locks them until it commits: a thousand take a part of a second, even
 * where each has to be read from a disk.
 */
const MOST_CHANGED = 1_000;

const columnsOf = (of: string, { key }: Walk) =>
  sql.join(
    key.map(([column]) => sql`${sql.identifier(of)}.${sql.identifier(column)}`),
    sql`, `,
  );

/** SQL: the key of the last row of a common table expression, as texts; null if it has no row. */
function lastOf(of: string, walk: Walk): SQL {
  const descending = walk.key.map(([column]) => sql`${sql.identifier(column)} DESC`);
  const texts = walk.key.map(([column]) => sql`${sql.identifier(column)}::text`);
  return sql`(SELECT ARRAY[${sql.join(texts, sql`, `)}] FROM ${sql.identifier(of)} ORDER BY ${sql.join(descending, sql`, `)} LIMIT 1)`;
}

/**
 * The rule that deletes or changes the doomed rows of a table, in the order of its key. It skips rows that others have
 * locked, and never waits for a lock.
 *
 * Its statement leaves the planner no choice that depends on how many rows it takes the table to have: where nobody has analyzed
 * since the table was filled, it would compare each row of the table with each of the part. Rows are found once, by the index of
 * the key, and by their place in the table from then on. A subquery that locks is asked for one row after the other, in their order,
 * until enough are found. A row that moved meanwhile is left for the next time.
 */
export const walking =
  (walk: Walk): Rule =>
  async (tx, most, after) => {
    const { table, key, which = sql`true`, doomed = sql`true`, set, using } = walk;
    const few = Math.min(most, MOST_CHANGED);
    const place =
      after === undefined
        ? sql`true`
        : sql`(${columnsOf('old', walk)}) > (${sql.join(
            key.map(([, type], at) => sql`${after[at]}::${sql.raw(type)}`),
            sql`, `,
          )})`;
    const lock = set === undefined ? sql`FOR UPDATE` : sql`FOR NO KEY UPDATE`;
    const change =
      set === undefined ? sql`DELETE FROM ${table} AS target` : sql`UPDATE ${table} AS target SET ${set}`;
    const { rows } = await tx.execute<{
      looked: number;
      doomed: number;
      changed: number;
      last_looked: string[] | null;
      last_doomed: string[] | null;
    }>(sql`
      WITH looked AS MATERIALIZED (
             SELECT ${columnsOf('old', walk)}, old.ctid AS place FROM ${table} AS old
              WHERE ${which} AND ${place} ORDER BY ${columnsOf('old', walk)} LIMIT ${most}),
           ${using === undefined ? sql`` : sql`${using},`}
           doomed AS MATERIALIZED (
             SELECT ${columnsOf('looked', walk)}, found.place FROM looked CROSS JOIN LATERAL (
               SELECT old.ctid AS place FROM ${table} AS old WHERE old.ctid = looked.place AND (${doomed}) ${lock} OF old SKIP LOCKED) AS found
              LIMIT ${few}),
           changed AS (${change} WHERE target.ctid = ANY(ARRAY(SELECT place FROM doomed)) RETURNING 1)
      SELECT (SELECT count(*) FROM looked)::float8 AS looked, (SELECT count(*) FROM doomed)::float8 AS doomed,
             (SELECT count(*) FROM changed)::float8 AS changed,
             ${lastOf('looked', walk)} AS last_looked, ${lastOf('doomed', walk)} AS last_doomed`);
    const [row] = rows;
    if (row === undefined) throw new Error('SELECT without FROM gave no row');
    const isFull = row.doomed === few;
    if (isFull) return { changed: row.changed, next: row.last_doomed ?? undefined };
    return { changed: row.changed, next: row.looked < most ? undefined : (row.last_looked ?? undefined) };
  };

/** Rows that the first part of a rule looks at, and the fewest and the most that any does. */
const FIRST = 1_000;
const FEWEST = 50;
const MOST = 20_000;
/** Milliseconds that a part should take. */
const AIM_MS = 200;

/** How many rows the next part should look at, if the last one looked at `most` rows within so many milliseconds. */
export function nextSize(most: number, tookMs: number): number {
  if (tookMs > AIM_MS) return Math.max(FEWEST, Math.floor(most / 2));
  return tookMs < AIM_MS / 4 ? Math.min(MOST, most * 2) : most;
}

/** Rows come by an index that has them in order: to sort them, each part would read all that are left. */
const IN_ORDER = sql`SELECT set_config('enable_sort', 'off', true)`;

/**
 * Does all of a rule's work, each part in a transaction of its own under the lease. What was committed stays done: after
 * an interruption, the next call finds the rest. Begins no further part from the time `until` on.
 *
 * @param until by the clock `nowMs`, in milliseconds.
 */
export async function inParts(
  db: Pick<Database, 'pool'>,
  lease: Lease,
  rule: Rule,
  until: number,
  nowMs: () => number,
): Promise<{ readonly changed: number; readonly isAll: boolean }> {
  let changed = 0;
  let size = FIRST;
  let after: Place | undefined;
  do {
    const begun = nowMs();
    if (begun >= until) return { changed, isAll: false };
    const place = after;
    const most = size;
    const part = await writing(db, lease, (tx) => rule(tx, most, place), { opening: [IN_ORDER] });
    changed += part.changed;
    after = part.next;
    size = nextSize(size, nowMs() - begun);
  } while (after !== undefined);
  return { changed, isAll: true };
}
