import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { MirrorTable, Pull, Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { isGiven } from '../row/provisional.ts';
import { reads } from '../tables.ts';

/** The parents of a child resource, and which of them to consider. */
export interface Parents {
  readonly table: MirrorTable;
  /** The children are due if one of these columns has changed; with none, `pass` serves as the mark. */
  readonly mark: readonly string[];
  /** Only parents with this value in a column have children. */
  readonly where?: { readonly column: string; readonly is: string } | undefined;
  /** Parents with this value in a column have no children: they are due only once theirs were read (`Pull`). */
  readonly none?: { readonly column: string; readonly is: string } | undefined;
  /** The children, if some are to be read again while a column of theirs is empty (`Pull`). */
  readonly again?: Again | undefined;
  /** Name of the current pass. */
  readonly pass: string;
  /** Bounds of `created_at`, RFC 3339, if the pass has any: from `since` to before `until`. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** If given, parents whose children were read before this time of the database's clock are due too. */
  readonly readBefore?: string | undefined;
  /** Whether parents are due too of whose children Pylon answered that it does not know them. */
  readonly retriesGone?: boolean | undefined;
  /** If given, only parents with these ids are considered. */
  readonly only?: readonly string[] | undefined;
}

/** Children that are read again while a column of theirs is empty, so many seconds after they were first read. */
export interface Again {
  readonly table: MirrorTable;
  readonly foreignKey: string;
  readonly column: string;
  readonly afterSeconds: readonly number[];
}

/** The parents that a child resource is listed by, and when they are due. */
export const parentsOf = (
  { table }: Resource,
  { foreignKey, mark = [], where, none, again }: Pull & { by: 'parent' },
  parent: MirrorTable,
): Omit<Parents, 'pass'> => ({
  ...{ table: parent, mark, where, none },
  ...(again === undefined ? {} : { again: { table, foreignKey, ...again } }),
});

/**
 * SQL: whether a time to read a child again lies between when the children of its parent were last read and now.
 */
function isDueAgain({ column, afterSeconds }: Again, child: SQL, readAt: SQL): SQL {
  const value = sql`${child}.${sql.identifier(column)}`;
  const times = sql.join(
    afterSeconds.map((seconds) => sql`(${seconds}::float8)`),
    sql`, `,
  );
  return sql`(${child}._deleted_at IS NULL AND (${value} IS NULL OR ${value} = '[]'::jsonb)
       AND EXISTS (SELECT FROM (VALUES ${times}) AS step(seconds)
                    WHERE ${child}._synced_at + step.seconds * interval '1 second' BETWEEN ${readAt} AND now()))`;
}

/** Ids of the parents that are due because a column of a child is still empty. */
export async function findDueAgain(db: Executor, resource: string, again: Again): Promise<readonly string[]> {
  const child = sql.raw('child');
  const parent = sql`child.${sql.identifier(again.foreignKey)}`;
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT DISTINCT ${parent} AS id
      FROM ${again.table} AS child
      JOIN ${reads} AS done ON done.resource = ${resource} AND done.record_id = ${parent}
     WHERE ${isDueAgain(again, child, sql`done.read_at`)}`);
  return rows.map(({ id }) => id);
}

/** A parent whose children are to be read. */
export interface Due {
  readonly id: string;
  readonly mark: string;
  /** The mark at which they were read last; null before the first time. */
  readonly before: string | null;
  /** Whether Pylon answered that it does not exist when it was last fetched. */
  readonly wasGone?: boolean;
  /** `created_at` as text, by which parents are sorted; null if the table or the parent has none. */
  readonly created_at: string | null;
}

/** Which of the due parents to return. */
export interface DuePage {
  readonly limit: number;
  /** Only parents that come after this one, newest first. */
  readonly after?: Due | undefined;
  /** Ids to leave out. */
  readonly except: readonly string[];
}

/** A column's value as text that does not depend on the session's time zone. */
function asText(table: MirrorTable, column: string): SQL {
  const columns: Record<string, PgColumn> = getTableColumns(table);
  const value = sql`parent.${sql.identifier(column)}`;
  const instant = columns[column]?.getSQLType() === 'timestamp with time zone';
  return sql`coalesce((${instant ? sql`extract(epoch FROM ${value})` : value})::text, '')`;
}

function markOf({ table, mark, pass }: Parents): SQL {
  if (mark.length === 0) return sql`${pass}::text`;
  return sql`concat_ws(' ', ${sql.join(
    mark.map((column) => asText(table, column)),
    sql`, `,
  )})`;
}

const isTimed = (table: MirrorTable) => 'created_at' in getTableColumns(table);

function dueFrom(resource: string, parents: Parents): SQL {
  const { since, until } = isTimed(parents.table) ? parents : {};
  const { only, readBefore, retriesGone = false, where, none, again } = parents;
  // A complete reading does not rely on what the parent says.
  const trusted = readBefore === undefined ? none : undefined;
  const due = [
    sql`done.mark IS DISTINCT FROM ${markOf(parents)}`,
    ...(readBefore === undefined ? [] : [sql`done.read_at < ${readBefore}::timestamptz`]),
    ...(retriesGone ? [sql`done.outcome = 'gone'`] : []),
    ...(again === undefined
      ? []
      : [
          sql`EXISTS (SELECT FROM ${again.table} AS child WHERE child.${sql.identifier(again.foreignKey)} = parent.id
                        AND ${isDueAgain(again, sql.raw('child'), sql`done.read_at`)})`,
        ]),
  ];
  return sql`
      FROM ${parents.table} AS parent
      LEFT JOIN ${reads} AS done ON done.resource = ${resource} AND done.record_id = parent.id
     WHERE parent._deleted_at IS NULL AND ${isGiven(sql`parent.id`)}
       AND (${sql.join(due, sql` OR `)})
       ${where === undefined ? sql`` : sql`AND parent.${sql.identifier(where.column)} = ${where.is}`}
       ${trusted === undefined ? sql`` : sql`AND (done.mark IS NOT NULL OR ${asText(parents.table, trusted.column)} <> ${trusted.is})`}
       ${only === undefined ? sql`` : sql`AND parent.id = ANY(${sql.param([...only])}::text[])`}
       ${since === undefined ? sql`` : sql`AND parent.created_at >= ${since}::timestamptz`}
       ${until === undefined ? sql`` : sql`AND parent.created_at < ${until}::timestamptz`}`;
}

/** How many parents have children to read. */
export async function countDue(db: Executor, resource: string, parents: Parents): Promise<number> {
  const { rows } = await db.execute<{ due: number }>(
    sql`SELECT count(*)::float8 AS due ${dueFrom(resource, parents)}`,
  );
  return rows[0]?.due ?? 0;
}

/** The next parents to read, newest first. */
export async function findDue(
  db: Executor,
  resource: string,
  parents: Parents,
  { limit, after, except }: DuePage,
): Promise<readonly Due[]> {
  const timed = isTimed(parents.table);
  const created = timed ? sql`parent.created_at` : sql`NULL::timestamptz`;
  const beyond =
    after === undefined
      ? sql``
      : timed && after.created_at !== null
        ? sql`AND (parent.created_at, parent.id) < (${after.created_at}::timestamptz, ${after.id})`
        : timed
          ? sql`AND (parent.created_at IS NOT NULL OR parent.id < ${after.id})`
          : sql`AND parent.id < ${after.id}`;
  const { rows } = await db.execute<{ [column: string]: string | null } & Due>(sql`
    SELECT parent.id, ${markOf(parents)} AS mark, done.mark AS before, ${created}::text AS created_at ${dueFrom(resource, parents)}
       AND NOT (parent.id = ANY(${sql.param([...except])}::text[]))
       ${beyond}
     ORDER BY ${timed ? sql`parent.created_at DESC,` : sql``} parent.id DESC
     LIMIT ${limit}`);
  return rows;
}

/** A column that contains ids of other records, and the mark at which each of these should have been read. */
export interface Naming {
  readonly table: MirrorTable;
  readonly column: string;
  /** The table of those records. Its live rows are due too, even if nothing refers to them any more. */
  readonly known: MirrorTable;
  readonly mark: string;
  /** Whether to skip records that Pylon did not know when they were last fetched and that have no live row. */
  readonly skipsGone?: boolean | undefined;
  /** If given, only ids that these rows refer to. */
  readonly only?: readonly string[] | undefined;
}

/**
 * Ids that live rows refer to, or that have a live row, and that were not read at the mark yet; in descending order.
 */
export async function findNamed(
  db: Executor,
  resource: string,
  { table, column, known, mark, skipsGone = false, only }: Naming,
  { limit, after, except }: DuePage,
): Promise<readonly Due[]> {
  const namedBy = only === undefined ? sql`` : sql`AND id = ANY(${sql.param([...only])}::text[])`;
  const { rows } = await db.execute<{ id: string; gone: boolean }>(sql`
    SELECT named.id, coalesce(done.outcome = 'gone', false) AS gone
      FROM (SELECT ${sql.identifier(column)} AS id FROM ${table}
             WHERE _deleted_at IS NULL AND ${sql.identifier(column)} <> '' ${namedBy}
             UNION
            SELECT id FROM ${known} WHERE _deleted_at IS NULL AND ${only === undefined}::boolean) AS named
      LEFT JOIN ${reads} AS done ON done.resource = ${resource} AND done.record_id = named.id
     WHERE done.mark IS DISTINCT FROM ${mark} AND ${isGiven(sql`named.id`)}
       AND NOT (${skipsGone}::boolean AND coalesce(done.outcome = 'gone', false)
                AND NOT EXISTS (SELECT FROM ${known} AS row WHERE row.id = named.id AND row._deleted_at IS NULL))
       AND NOT (named.id = ANY(${sql.param([...except])}::text[]))
       ${after === undefined ? sql`` : sql`AND named.id < ${after.id}`}
     ORDER BY named.id DESC LIMIT ${limit}`);
  return rows.map(({ id, gone }) => ({ id, mark, before: null, wasGone: gone, created_at: null }));
}

/**
 * Whether any record of the resource was ever fetched. If so, the request works, and a refusal concerns its record
 * only.
 */
export async function hasRead(db: Executor, resource: string): Promise<boolean> {
  const { rows } = await db.execute<{ yes: boolean }>(
    sql`SELECT EXISTS (SELECT 1 FROM ${reads} WHERE resource = ${resource} AND outcome = 'read') AS yes`,
  );
  return rows[0]?.yes === true;
}

/** Notes that records were read, each at its mark. */
export async function markAllRead(
  tx: Executor,
  resource: string,
  marks: readonly { readonly id: string; readonly mark: string }[],
  outcome: 'read' | 'gone' = 'read',
): Promise<void> {
  if (marks.length === 0) return;
  const ids = marks.map(({ id }) => id);
  // In one order, so that no two transactions wait for each other.
  await tx.execute(sql`
    INSERT INTO ${reads} (resource, record_id, mark, outcome)
    SELECT ${resource}, done.id, done.mark, ${outcome}
      FROM unnest(${sql.param(ids)}::text[], ${sql.param(marks.map(({ mark }) => mark))}::text[]) AS done(id, mark)
     ORDER BY done.id
        ON CONFLICT (resource, record_id)
        DO UPDATE SET mark = excluded.mark, outcome = excluded.outcome, read_at = now()`);
}

/** Notes that a record was read at a mark. */
export const markRead = (
  tx: Executor,
  resource: string,
  id: string,
  mark: string,
  outcome: 'read' | 'gone',
): Promise<void> => markAllRead(tx, resource, [{ id, mark }], outcome);

/** Deletes the notes that children of these parents were read, so that they are due. */
export async function forgetReads(
  tx: Executor,
  children: readonly Resource[],
  parents: readonly string[],
): Promise<void> {
  if (children.length === 0 || parents.length === 0) return;
  const names = children.map(({ name }) => name);
  await tx
    .delete(reads)
    .where(
      sql`${reads.resource} = ANY(${sql.param(names)}::text[]) AND ${reads.record_id} = ANY(${sql.param([...parents])}::text[])`,
    );
}

/** What a mark ends with if Pylon knew nothing of the children, and then the parent. */
const RETRIED = ' !';

/** Whether a parent was found to exist since Pylon answered that it does not know its children. */
export const isRetried = ({ mark, before }: Due): boolean => before === mark + RETRIED;

/**
 * Makes those of the children due once more that Pylon did not know when they were last requested, although it knows
 * their parents. Returns whose they are.
 */
export async function retryGone(
  tx: Executor,
  children: readonly Resource[],
  parents: readonly string[],
): Promise<readonly { readonly resource: string; readonly parent: string }[]> {
  if (children.length === 0 || parents.length === 0) return [];
  const names = children.map(({ name }) => name);
  const { rows } = await tx.execute<{ resource: string; parent: string }>(sql`
    UPDATE ${reads} SET mark = mark || ${RETRIED}
     WHERE resource = ANY(${sql.param(names)}::text[]) AND record_id = ANY(${sql.param([...parents])}::text[])
       AND outcome = 'gone' AND right(mark, 2) <> ${RETRIED}
    RETURNING resource, record_id AS parent`);
  return rows;
}

/** Live parents whose children are not due, those read longest ago first. */
export async function findOldestRead(
  db: Executor,
  resource: string,
  parents: Parents,
  limit: number,
): Promise<readonly Due[]> {
  const { rows } = await db.execute<{ id: string; mark: string }>(sql`
    SELECT parent.id, ${markOf(parents)} AS mark
      FROM ${reads} AS done
      JOIN ${parents.table} AS parent ON parent.id = done.record_id
     WHERE done.resource = ${resource} AND parent._deleted_at IS NULL AND done.mark = ${markOf(parents)}
     ORDER BY done.read_at, done.record_id
     LIMIT ${limit}`);
  return rows.map((row) => ({ ...row, before: row.mark, created_at: null }));
}
