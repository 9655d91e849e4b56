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
  /** Columns of the key that are unique by themselves, with an index of their own; default: the last one. */
  readonly unique?: readonly string[];
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
 */
export const walking =
  (walk: Walk): Rule =>
  async (tx, most, after) => {
    const { table, key, which = sql`true`, doomed = sql`true`, set, using } = walk;
    const unique = walk.unique ?? key.slice(-1).map(([column]) => column);
    const few = Math.min(most, MOST_CHANGED);
    const place =
      after === undefined
        ? sql`true`
        : sql`(${columnsOf('old', walk)}) > (${sql.join(
            key.map(([, type], at) => sql`${after[at]}::${sql.raw(type)}`),
            sql`, `,
          )})`;
    // By the unique columns alone: many rows have the same time, and its index would be read to find each.
    const same = (one: string, other: string) =>
      sql.join(
        unique.map(
          (name) =>
            sql`${sql.identifier(one)}.${sql.identifier(name)} = ${sql.identifier(other)}.${sql.identifier(name)}`,
        ),
        sql` AND `,
      );
    const lock = set === undefined ? sql`FOR UPDATE` : sql`FOR NO KEY UPDATE`;
    const change =
      set === undefined
        ? sql`DELETE FROM ${table} AS target USING doomed WHERE ${same('target', 'doomed')}`
        : sql`UPDATE ${table} AS target SET ${set} FROM doomed WHERE ${same('target', 'doomed')}`;
    const { rows } = await tx.execute<{
      looked: number;
      doomed: number;
      changed: number;
      last_looked: string[] | null;
      last_doomed: string[] | null;
    }>(sql`
      WITH looked AS MATERIALIZED (
             SELECT ${columnsOf('old', walk)} FROM ${table} AS old
              WHERE ${which} AND ${place} ORDER BY ${columnsOf('old', walk)} LIMIT ${most}),
           ${using === undefined ? sql`` : sql`${using},`}
           doomed AS MATERIALIZED (
             SELECT ${columnsOf('old', walk)} FROM looked JOIN ${table} AS old ON ${same('old', 'looked')}
              WHERE ${doomed} ORDER BY ${columnsOf('old', walk)} LIMIT ${few} ${lock} OF old SKIP LOCKED),
           changed AS (${change} RETURNING 1)
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
    const part = await writing(db, lease, (tx) => rule(tx, most, place));
    changed += part.changed;
    after = part.next;
    size = nextSize(size, nowMs() - begun);
  } while (after !== undefined);
  return { changed, isAll: true };
}
