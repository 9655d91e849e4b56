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
import { completed } from './partial.ts';
import type { PendingDeletions } from './pending-deletions.ts';
import { noteRestored } from './tombstones.ts';

/** A row that was written. */
export interface Changed {
  readonly id: string;
  readonly inserted: boolean;
  /** When the object changed according to Pylon, in epoch milliseconds; null if Pylon does not say. */
  readonly at: number | null;
}

/** What happened to the rows of one call. */
export interface Stored {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly changed: readonly Changed[];
  /**
   * Ids of rows that were skipped and must be fetched again: another transaction has locked the row, or its content
   * comes from a later answer.
   */
  readonly deferred: readonly string[];
  /** Ids of rows that were written because their contents differed, and still differ after that. */
  readonly altered: readonly string[];
}

/** Rows per statement, which bounds the size of its parameter. */
const CHUNK = 2000;

const quoted = (column: string) => sql`${sql.identifier(column)}`;
const list = (parts: readonly SQL[]) => sql.join([...parts], sql`, `);

/**
 * The statement that writes rows, built from the table's columns. It passes a page as one `jsonb` array of arrays,
 * unpacked by position: the fastest way measured (bench/RESULTS.md). It also notes the changes of the rows in
 * `tracked`.
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
      : sql`(existing._deleted_at IS NULL AND excluded.${quoted(time)} > existing.${quoted(time)})`;
  // Rows with a pending deletion, and damaged ones, are written although their digest is the same.
  const same = sql`(existing._deleted_at IS NULL AND existing._hash = excluded._hash)`;
  const changedAt = time === undefined ? sql`NULL` : sql`extract(epoch FROM existing.${quoted(time)}) * 1000`;
  const write = sql`
    INSERT INTO ${table} AS existing (${list(written.map(quoted))})
    SELECT ${list(values)} FROM jsonb_array_elements(${page}::jsonb) AS page(r)
    ON CONFLICT (id) DO UPDATE SET
      ${list(
        written
          .filter((column) => column !== 'id' && column !== '_order')
          .map((column) => sql`${quoted(column)} = excluded.${quoted(column)}`),
      )},
      _order = greatest(existing._order, excluded._order)
    WHERE existing._order < ${order.asked}::bigint OR ${newer} OR ${same}
    RETURNING id, (xmax = 0) AS inserted, (${changedAt})::float8 AS at, ${isWatched(resource)} AS watched`;
  if (tracked.length === 0) return write;
  const compared = list(trackedColumns(resource).map(quoted));
  return sql`
    WITH was AS MATERIALIZED (SELECT id, ${compared} FROM ${table} WHERE id = ANY(${sql.param([...tracked])}::text[])),
         becomes AS (${write}, ${compared}),
         noted AS (${noting(resource)})
    SELECT id, inserted, at, watched FROM becomes`;
}

/** A row that was written, and whether a user's trigger may have changed it. */
interface Written extends Changed {
  readonly watched: boolean;
}

interface Existing {
  [column: string]: unknown;
  id: string;
  hash: string;
  deleted: boolean;
}

const byId = (a: Row, b: Row) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** One row per id, the last of several: Postgres refuses to write a row twice in one statement. */
function distinct(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()].sort(byId);
}

/**
 * Stores rows in the resource's table:
 *
 * - A row with the same content is skipped: that costs an indexed read, no lock and no write-ahead log.
 * - Rows are locked in the order of their ids. A row that somebody else has locked is skipped, not waited for.
 * - An older answer never replaces a newer one: content is replaced only by an answer that was requested after the
 *   content was answered, or that has a later time of change.
 * - A row that was marked as deleted becomes live again if the answer was requested after the deletion was proved.
 * - A row with a pending deletion takes the answer's place in the order of requests even if nothing changed.
 * - If a user's trigger changes or suppresses a row, that is noted and not corrected.
 * - The values of unsettled edits stay in the row.
 * - Changes in Pylon are noted in `pylon_sync.changes`.
 *
 * With `contents`, rows with an equal digest are compared by their columns too: a row that was changed behind the
 * daemon's back is written again, and counts as updated.
 *
 * Must run inside a writing transaction. Returns the counts and the ids of what was written, and the ids to fetch
 * again.
 *
 * @throws RowFaultError if the unsettled edits of a row cannot be applied; errors of the database.
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
  const wanted = await completed(tx, resource, distinct(rows));
  const existing = await tx.execute<Existing>(sql`
    SELECT id, _hash AS hash, _deleted_at IS NOT NULL AS deleted FROM ${table}
     WHERE id = ANY(${sql.param(wanted.map((row) => row.id))}::text[])`);
  const hashes = new Map(existing.rows.map((row) => [row.id, row.deleted ? null : row.hash]));
  const unknown = new Set(existing.rows.filter((row) => UNSEEN.includes(row.hash)).map((row) => row.id));
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
  // Compared again with the rows locked, and without the edited columns, which may differ.
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
  const unwritten = await suppressed(tx, resource, missed, order);
  await shown.noteSeen(tx, ids, damaged);
  // Not written on purpose, and so not deferred: rows with an unsettled DELETE, and undamaged rows.
  const leftOut = new Set(writable.map(({ id }) => id));
  for (const { id } of toWrite) leftOut.delete(id);
  const deleted = existing.rows.filter((row) => row.deleted && ids.has(row.id)).map(({ id }) => id);
  await noteRestored(tx, name, deleted);
  const inserted = changed.reduce((sum, row) => sum + Number(row.inserted), 0);
  return {
    inserted,
    updated: changed.length - inserted,
    unchanged: same.size - [...damaged].filter((id) => ids.has(id)).length,
    changed,
    deferred: fresh
      .map((row) => row.id)
      .filter((id) => !ids.has(id) && !leftOut.has(id) && !unwritten.has(id)),
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
