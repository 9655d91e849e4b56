import { sql } from 'drizzle-orm';
import type { MirrorTable, Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import type { Row } from '../row/row.ts';
import { noteAltered, suppressed } from './altered.ts';
import { type Contents, differing, editedColumns } from './contents.ts';
import { UNSEEN } from './history.ts';
import { withEdits } from './overlay.ts';
import { completed } from './partial.ts';
import type { PendingDeletions } from './pending-deletions.ts';
import { noteRestored } from './tombstones.ts';
import { type Answered, existingRows, upsertStatement } from './upsert-statement.ts';

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

export interface UpsertOptions {
  /** If given, rows with an equal digest are compared by their columns too. */
  readonly contents?: Contents | undefined;
  /** The result of `existingRows` in this transaction; read if not given. */
  readonly existing?: readonly Record<string, unknown>[] | undefined;
}

/**
 * Stores the rows of one or several answers in the resource's table. Only one answer may have a row of an id.
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
  answers: readonly Answered[],
  pendingDeletions: PendingDeletions,
  { contents, existing: given }: UpsertOptions = {},
): Promise<Stored> {
  const { table, name } = resource;
  const wanted = await completed(tx, resource, distinct(answers.flatMap(({ rows }) => rows)));
  const existing = (given ?? (await tx.execute(existingRows(resource, answers))).rows) as readonly Existing[];
  const hashes = new Map(existing.map((row) => [row.id, row.deleted ? null : row.hash]));
  const unknown = new Set(existing.filter((row) => UNSEEN.includes(row.hash)).map((row) => row.id));
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
    const result = await tx.execute<Written & Record<string, unknown>>(
      upsertStatement(resource, rows, answers, ids),
    );
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
  const unwritten = await suppressedOf(tx, resource, answers, missed);
  await shown.noteSeen(tx, ids, damaged);
  // Not written on purpose, and so not deferred: rows with an unsettled DELETE, and undamaged rows.
  const leftOut = new Set(writable.map(({ id }) => id));
  for (const { id } of toWrite) leftOut.delete(id);
  const deleted = existing.filter((row) => row.deleted && ids.has(row.id)).map(({ id }) => id);
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

/** Which of the rows that should have been written, but were not, a trigger suppressed. */
async function suppressedOf(
  tx: Executor,
  resource: Resource,
  answers: readonly Answered[],
  missed: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  if (missed.length === 0) return found;
  for (const { rows, order } of answers) {
    const own = rows.map(({ id }) => id).filter((id) => missed.includes(id));
    for (const id of await suppressed(tx, resource, own, order)) found.add(id);
  }
  return found;
}

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
