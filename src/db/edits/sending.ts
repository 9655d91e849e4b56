import { type SQL, sql } from 'drizzle-orm';
import type { Values } from '../../edits/merge.ts';
import { toJson } from '../../exact.ts';
import type { Resource } from '../../resources/define.ts';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { edits } from '../tables.ts';
import { col, editsAs } from './table.ts';
import { namesUncreated } from './uncreated.ts';

const own = editsAs('own');
const other = editsAs('other');

/** When a create was first sent: objects that Pylon had before are not its result. */
export interface FirstSent {
  /** The time by Pylon's clock, in epoch milliseconds. */
  readonly at: number;
  /** The place in the order of requests. */
  readonly order: bigint;
}

/** When a create was first sent; undefined if no request of it can have arrived. */
export async function readFirstSent(db: Executor, edit: number): Promise<FirstSent | undefined> {
  const { rows } = await db.execute<{ at: number; order: string }>(sql`
    SELECT (extract(epoch FROM ${col.first_sent_at}) * 1000)::float8 AS at, ${col.first_order}::text AS order
      FROM ${edits} WHERE ${col.id} = ${edit} AND ${col.first_sent_at} IS NOT NULL`);
  const [row] = rows;
  return row === undefined ? undefined : { at: row.at, order: BigInt(row.order) };
}

/** Milliseconds since an edit was made, by the database's clock. */
export async function ageOf(db: Executor, edit: number): Promise<number> {
  const { rows } = await db.execute<{ ms: number }>(sql`
    SELECT (extract(epoch FROM clock_timestamp() - ${col.created_at}) * 1000)::float8 AS ms
      FROM ${edits} WHERE ${col.id} = ${edit}`);
  return rows[0]?.ms ?? 0;
}

/**
 * Notes that a create is about to be sent. Returns false if it is no longer in flight, so that it must not be sent.
 */
export async function noteSending(
  db: Database,
  lease: Lease,
  edit: number,
  { at, order, body }: FirstSent & { readonly body: Values },
): Promise<boolean> {
  const { rowCount } = await writing(db, lease, (tx) =>
    tx.execute(sql`
      UPDATE ${edits}
         SET ${col.sent} = ${toJson(body)}::jsonb, ${col.sent_at} = clock_timestamp(),
             ${col.first_sent_at} = coalesce(${col.first_sent_at}, to_timestamp(${at / 1000}::float8)),
             ${col.first_order} = coalesce(${col.first_order}, ${order}::bigint)
       WHERE ${col.id} = ${edit} AND ${col.state} = 'sending'`),
  );
  return rowCount === 1;
}

/** Notes that no request of a create has arrived. */
export async function noteUnsent(db: Database, lease: Lease, edit: number): Promise<void> {
  await writing(db, lease, (tx) =>
    tx.execute(sql`
      UPDATE ${edits} SET ${col.first_sent_at} = NULL, ${col.first_order} = NULL, ${col.sent} = NULL WHERE ${col.id} = ${edit}`),
  );
}

/**
 * Of the given ids, those that a create cannot have made: they were known before it was first sent, be it to somebody who
 * deletes them here, or another create made them.
 */
export async function notMadeBy(
  db: Executor,
  resource: Resource,
  found: readonly string[],
  { order }: FirstSent,
): Promise<ReadonlySet<string>> {
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT found.id FROM unnest(${sql.param([...found])}::text[]) AS found(id)
     WHERE EXISTS (SELECT FROM ${resource.table} AS row WHERE row.id = found.id AND row._order < ${order}::bigint)
        OR EXISTS (SELECT FROM ${edits} AS other
                    WHERE ${other.resource} = ${resource.name} AND ${other.record_id} = found.id AND ${other.operation} = 'delete'
                      AND (${other.base} ->> '_order')::bigint < ${order}::bigint)
        OR EXISTS (SELECT FROM pylon_sync.ids WHERE ids.resource = ${resource.name} AND ids.id = found.id)`);
  return new Set(rows.map(({ id }) => id));
}

/**
 * The earlier edit that may free what Pylon refuses to create twice, and that had not ended when the create was sent;
 * undefined if there is none: a DELETE or an UPDATE of the record that Pylon names (`twin`), or any DELETE of the
 * resource if Pylon names none.
 */
export async function readFreeing(
  db: Executor,
  edit: number,
  twin: string | undefined,
): Promise<number | undefined> {
  const ofCreate = (column: SQL) => sql`(SELECT ${column} FROM ${edits} WHERE ${col.id} = ${edit})`;
  const freeing =
    twin === undefined
      ? sql`${other.operation} = 'delete'`
      : sql`${other.record_id} = ${twin} AND ${other.operation} IN ('update', 'delete')`;
  const earlier = sql`
    SELECT ${other.id} FROM ${edits} AS other
     WHERE ${other.resource} = ${ofCreate(col.resource)} AND ${other.id} < ${edit} AND ${freeing}`;
  const { rows } = await db.execute<{ id: number }>(sql`
    SELECT id::float8 FROM (
      ${earlier} AND ${other.state} IN ('pending', 'sending') AND NOT ${namesUncreated(other)}
       UNION ALL
      ${earlier} AND ${other.state} = 'applied' AND ${other.settled_at} >= ${ofCreate(col.sent_at)}) AS earlier
     ORDER BY id LIMIT 1`);
  return rows[0]?.id;
}

/** Whether another create with the same content is in flight: an object that is found may be its result. */
export async function hasDuplicateInFlight(db: Executor, edit: number): Promise<boolean> {
  const { rows } = await db.execute(sql`
    SELECT FROM ${edits} AS own JOIN ${edits} AS other USING (${col.resource}, ${col.sent})
     WHERE ${own.id} = ${edit} AND ${other.id} <> ${own.id} AND ${other.operation} = 'create' AND ${other.state} = 'sending' LIMIT 1`);
  return rows.length > 0;
}

/**
 * Whether the request of another edit with the same action, and the same values of these arguments, may have made what is
 * found.
 */
export async function hasRival(db: Executor, edit: number, names: readonly string[]): Promise<boolean> {
  const alike = ['action', ...names].map(
    (name) => sql`${own.changes} ->> ${name} IS NOT DISTINCT FROM ${other.changes} ->> ${name}`,
  );
  const { rows } = await db.execute(sql`
    SELECT FROM ${edits} AS own JOIN ${edits} AS other USING (${col.resource})
     WHERE ${own.id} = ${edit} AND ${other.id} <> ${own.id} AND ${other.operation} = 'create'
       AND ${other.state} IN ('pending', 'sending') AND ${other.first_sent_at} IS NOT NULL
       AND ${sql.join(alike, sql` AND `)} LIMIT 1`);
  return rows.length > 0;
}
