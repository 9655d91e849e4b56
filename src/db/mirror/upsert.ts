import { type SQL, sql } from 'drizzle-orm';
import type { Order } from '../../order.ts';
import type { MirrorTable, Resource } from '../../resources/define.ts';
import { changeColumn } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';
import { FROM_JSON } from '../row/fit.ts';
import { jsonColumns, type Row } from '../row/row.ts';
import { isWatched, noteAltered, suppressed } from './altered.ts';
import { type Contents, differing, editedColumns } from './contents.ts';
import { noting, trackedColumns, UNSEEN } from './history.ts';
import { withEdits } from './overlay.ts';
import type { PendingDeletions } from './pending-deletions.ts';
import { noteRestored } from './tombstones.ts';

/** A row that was written. */
export interface Changed {
  readonly id: string;
  readonly inserted: boolean;
  /** When Pylon says that the object changed, epoch milliseconds; null where it does not. */
  readonly at: number | null;
}

/** What became of the rows of one call. */
export interface Stored {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly changed: readonly Changed[];
  /**
   * Ids that were left as they are and must be read again: another transaction holds the row, or the row
   * was answered after these were asked for.
   */
  readonly deferred: readonly string[];
  /** Ids of rows that were written because of their contents and do not hold what was written. */
  readonly altered: readonly string[];
}

/** Rows a statement carries: bounds the size of its one parameter. */
const CHUNK = 2000;

const quoted = (column: string) => sql`${sql.identifier(column)}`;
const list = (parts: readonly SQL[]) => sql.join([...parts], sql`, `);

/**
 * The statement that writes rows, built from the table's own columns. A page goes as one `jsonb` array of
 * arrays, unpacked by position: the fastest way measured (bench/RESULTS.md). What it changes of the rows named by
 * `tracked` is noted.
 */
function statement(resource: Resource, rows: readonly Row[], order: Order, tracked: readonly string[]): SQL {
  const { table } = resource;
  const columns = jsonColumns(resource);
  const written = [
    ...columns.map((column) => column.name),
    '_synced_at',
    '_deleted_at',
    '_extra',
    '_hash',
    '_order',
  ];
  const values = [
    ...columns.map(({ type }, index) => sql.raw(FROM_JSON[type](index))),
    sql`statement_timestamp()`,
    sql`NULL::timestamptz`,
    sql.raw(FROM_JSON.jsonb(columns.length)),
    sql.raw(FROM_JSON.text(columns.length + 1)),
    sql`${order.answered}::bigint`,
  ];
  const page = `[${rows.map((row) => row.json).join(',')}]`;
  const time = changeColumn(resource);
  const newer =
    time === undefined
      ? sql`false`
      : sql`(held._deleted_at IS NULL AND excluded.${quoted(time)} > held.${quoted(time)})`;
  // What is doubted gets here with the digest that stands already, as it was seen again; so does what is damaged.
  const same = sql`(held._deleted_at IS NULL AND held._hash = excluded._hash)`;
  const changedAt = time === undefined ? sql`NULL` : sql`extract(epoch FROM held.${quoted(time)}) * 1000`;
  const write = sql`
    INSERT INTO ${table} AS held (${list(written.map(quoted))})
    SELECT ${list(values)} FROM jsonb_array_elements(${page}::jsonb) AS page(r)
    ON CONFLICT (id) DO UPDATE SET
      ${list(
        written
          .filter((column) => column !== 'id' && column !== '_order')
          .map((column) => sql`${quoted(column)} = excluded.${quoted(column)}`),
      )},
      _order = greatest(held._order, excluded._order)
    WHERE held._order < ${order.asked}::bigint OR ${newer} OR ${same}
    RETURNING id, (xmax = 0) AS inserted, (${changedAt})::float8 AS at, ${isWatched(resource)} AS watched`;
  if (tracked.length === 0) return write;
  const compared = list(trackedColumns(resource).map(quoted));
  return sql`
    WITH was AS MATERIALIZED (SELECT id, ${compared} FROM ${table} WHERE id = ANY(${sql.param([...tracked])}::text[])),
         becomes AS (${write}, ${compared}),
         noted AS (${noting(resource)})
    SELECT id, inserted, at, watched FROM becomes`;
}

/** A row that was written, and whether a trigger of the user's own may have changed it. */
interface Written extends Changed {
  readonly watched: boolean;
}

interface Held {
  [column: string]: unknown;
  id: string;
  hash: string;
  deleted: boolean;
}

const byId = (a: Row, b: Row) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** One row an id, the last one sent: Postgres refuses to touch a row twice in a statement. */
function distinct(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()].sort(byId);
}

/**
 * Makes the resource's table hold the rows. What already stands there with the same content is left alone: it costs
 * an indexed read, no lock and no write-ahead log. Rows are locked in the order of their ids; a row that
 * someone else holds is not waited for. An older answer never replaces a newer one: a row's content is
 * replaced only by what was asked after the content was answered, or by a later time of change.
 * A row that was marked deleted is live again when it is sent by an answer asked for after that was proved.
 * One whose deletion is being proved takes the answer's place in the order even where nothing changed.
 * What a trigger of the user's own makes of a row, or keeps from being written, is noted and left so.
 * Where people have edits of a row that are not settled, their values stay. What is seen to have changed in Pylon is
 * noted (`pylon_sync.changes`).
 *
 * With `contents` the columns are compared too where the digest says that nothing changed: a row that was changed past
 * the daemon is written again, and counts as updated.
 *
 * Must run inside a writing transaction.
 */
export async function upsert(
  tx: Executor,
  resource: Resource,
  rows: readonly Row[],
  order: Order,
  pendingDeletions: PendingDeletions,
  contents?: Contents,
): Promise<Stored> {
  const { table, name } = resource;
  const wanted = distinct(rows);
  const held = await tx.execute<Held>(sql`
    SELECT id, _hash AS hash, _deleted_at IS NOT NULL AS deleted FROM ${table}
     WHERE id = ANY(${sql.param(wanted.map((row) => row.id))}::text[])`);
  const hashes = new Map(held.rows.map((row) => [row.id, row.deleted ? null : row.hash]));
  const unknown = new Set(held.rows.filter((row) => UNSEEN.includes(row.hash)).map((row) => row.id));
  const same = new Set(wanted.filter((row) => hashes.get(row.id) === row.hash).map((row) => row.id));
  const suspects =
    contents === undefined
      ? NONE
      : await differing(
          tx,
          resource,
          wanted.filter(({ id }) => same.has(id) && !contents.isAltered(name, id)),
        );
  const isPending = (id: string) => pendingDeletions.has(name, id);
  const fresh = wanted.filter(({ id }) => !same.has(id) || suspects.has(id) || isPending(id));
  const present = fresh.filter((row) => hashes.has(row.id)).map((row) => row.id);

  const locked = await lockRows(tx, table, present);
  const writable = fresh.filter((row) => !hashes.has(row.id) || locked.has(row.id));
  const shown = await withEdits(tx, resource, writable);
  // With the locks and people's edits: what differs by these alone is as it is to be.
  const except = await editedColumns(tx, resource, suspects, shown.edited);
  const damagedOf = (among: ReadonlySet<string>) =>
    differing(
      tx,
      resource,
      shown.rows.filter(({ id }) => among.has(id)),
      except,
    );
  const damaged = await damagedOf(suspects);
  const isWritten = ({ id }: Row) => !suspects.has(id) || damaged.has(id) || isPending(id);
  const tracked = new Set(
    resource.history === undefined
      ? []
      : present.filter(
          (id) => locked.has(id) && !shown.edited.has(id) && !unknown.has(id) && !damaged.has(id),
        ),
  );
  const written: Written[] = [];
  const toWrite = shown.rows.filter(isWritten);
  for (let from = 0; from < toWrite.length; from += CHUNK) {
    const rows = toWrite.slice(from, from + CHUNK);
    const ids = rows.map(({ id }) => id).filter((id) => tracked.has(id));
    const result = await tx.execute<Written & Record<string, unknown>>(statement(resource, rows, order, ids));
    written.push(...result.rows);
  }
  const changed = written
    .filter(({ id }) => !same.has(id) || damaged.has(id))
    .map(({ id, inserted, at }): Changed => ({ id, inserted, at }));
  const ids = new Set(written.map(({ id }) => id));
  if (written[0]?.watched === true)
    await noteAltered(
      tx,
      resource,
      toWrite.filter(({ id }) => ids.has(id)),
    );
  const missed = toWrite.map(({ id }) => id).filter((id) => !ids.has(id));
  const kept = await suppressed(tx, resource, missed, order);
  await shown.noteSeen(tx, ids, damaged);
  // What is being deleted from here does not come back before that is settled; what is as it is to be is not written.
  const leftOut = new Set(writable.map(({ id }) => id));
  for (const { id } of toWrite) leftOut.delete(id);
  const deleted = held.rows.filter((row) => row.deleted && ids.has(row.id)).map(({ id }) => id);
  await noteRestored(tx, name, deleted);
  const inserted = changed.reduce((sum, row) => sum + Number(row.inserted), 0);
  return {
    inserted,
    updated: changed.length - inserted,
    unchanged: same.size - [...damaged].filter((id) => ids.has(id)).length,
    changed,
    deferred: fresh.map((row) => row.id).filter((id) => !ids.has(id) && !leftOut.has(id) && !kept.has(id)),
    altered: [...(await damagedOf(damaged))].filter((id) => ids.has(id)),
  };
}

const NONE: ReadonlySet<string> = new Set();

async function lockRows(
  tx: Executor,
  table: MirrorTable,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await tx.execute<{ id: string }>(sql`
    SELECT id FROM ${table} WHERE id = ANY(${sql.param([...ids])}::text[])
     ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`);
  return new Set(rows.map((row) => row.id));
}
