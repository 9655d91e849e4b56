import { sql } from 'drizzle-orm';
import { kindsOf } from '../../edits/body.ts';
import { type Field, fieldsIn, held, nameOf, type Values } from '../../edits/merge.ts';
import { moves, UNSETTLED } from '../../edits/states.ts';
import { toJson } from '../../exact.ts';
import type { Order } from '../../order.ts';
import type { PathFacts, Resource } from '../../resources/define.ts';
import { childrenOf } from '../../resources/index.ts';
import type { Database, Executor } from '../connection/connect.ts';
import { statesIn } from '../edits/queue.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { columnsIn } from '../mirror/overlay.ts';
import type { PendingDeletions } from '../mirror/pending-deletions.ts';
import { noteRereads } from '../mirror/rereads.ts';
import { markDeleted, type Proof } from '../mirror/tombstones.ts';
import { upsert } from '../mirror/upsert.ts';
import { isReject, type Row, rowMapper } from '../row/row.ts';
import { reads } from '../tables.ts';
import { type EditOutcome, ENDED, type Ended, settleEdit, settleEditsOf } from './end.ts';

/** What Pylon says of the record now. */
export interface Shown {
  readonly object: unknown;
  readonly facts: PathFacts;
  readonly order: Order;
}

/**
 * Later edits of the record start from what Pylon holds now, of the fields that earlier ones changed: what became of
 * these is no conflict to them. What somebody else changed in Pylon meanwhile still is.
 */
export async function rebase(
  tx: Executor,
  resource: Resource,
  record: string,
  remote: Values,
  changedBefore: (name: string) => boolean = () => true,
): Promise<void> {
  const kinds = kindsOf(resource);
  const { rows } = await tx.execute<{ id: number; changes: Values; base: Values }>(sql`
    SELECT id::float8, changes, base FROM pylon_sync.edits
     WHERE resource = ${resource.name} AND record_id = ${record} AND operation = 'update'
       AND state = ANY(${statesIn(UNSETTLED)})`);
  for (const { id, changes, base } of rows) {
    // A change of a set is what it adds and takes away, wherever it starts from.
    const after: Record<string, unknown> = { ...base };
    for (const field of fieldsIn(changes, base, kinds)) {
      if (field.kind === 'set' || !changedBefore(nameOf(field))) continue;
      const value = held(remote, field) ?? null;
      if (field.slug === undefined) after[field.column] = value;
      else after[field.column] = { ...(after[field.column] as Values), [field.slug]: value };
    }
    await tx.execute(sql`UPDATE pylon_sync.edits SET base = ${toJson(after)}::jsonb WHERE id = ${id}`);
  }
}

/** A new edit of a field takes the place of one that waits for a person. */
async function supersede(
  tx: Executor,
  resource: Resource,
  record: string,
  by: Edited,
): Promise<readonly Ended[]> {
  const ended: Ended[] = [];
  const { rows } = await tx.execute<{ id: number; held: readonly string[] | null }>(sql`
    SELECT id::float8, held FROM pylon_sync.edits
     WHERE resource = ${resource.name} AND record_id = ${record} AND operation = 'update' AND state = 'conflict' AND id < ${by.id}
       AND NOT (id = ANY(${sql.param([...by.except])}::bigint[]))`);
  for (const { id, held: waiting } of rows) {
    const left = (waiting ?? []).filter((name) => !by.fields.includes(name));
    if (left.length === (waiting ?? []).length) continue;
    if (left.length > 0)
      await tx.execute(sql`UPDATE pylon_sync.edits SET held = ${sql.param(left)}::text[] WHERE id = ${id}`);
    else
      ended.push(...(await settleEdit(tx, { id, event: 'discard', error: `superseded by edit ${by.id}` })));
  }
  return ended;
}

/** What edits asked of the fields of these names, or, where `others` is set, of all the rest. */
function pickFields(
  values: Values,
  fields: readonly Field[],
  names: ReadonlySet<string>,
  others: boolean,
): Values {
  const picked: Record<string, unknown> = {};
  for (const { column, slug } of fields.filter((field) => names.has(nameOf(field)) !== others)) {
    const value = held(values, { column, ...(slug === undefined ? {} : { slug }) }) ?? null;
    picked[column] =
      slug === undefined ? value : { ...(picked[column] as Values | undefined), [slug]: value };
  }
  return picked;
}

/**
 * Fields of drafts that a later edit has now changed in Pylon: neither the row nor an approval is to go back to what they
 * ask for. A draft of nothing else is discarded, of any other these fields alone, as an edit of their own. What a draft
 * does to a set stands: a later edit has done something else to it.
 */
async function supersedeDrafts(
  tx: Executor,
  resource: Resource,
  record: string,
  editOutcomes: readonly EditOutcome[],
): Promise<readonly Ended[]> {
  const settled = editOutcomes.filter(({ event }) => event === 'settle').map(({ id }) => id);
  if (settled.length === 0) return [];
  // A draft that was approved while the later edit was under way has not been compared yet.
  const { rows } = await tx.execute<{ id: number; isDraft: boolean; changes: Values; base: Values }>(sql`
    SELECT id::float8, id <> ALL(${sql.param(settled)}::bigint[]) AS "isDraft", changes, base FROM pylon_sync.edits
     WHERE resource = ${resource.name} AND record_id = ${record} AND operation = 'update'
       AND (id = ANY(${sql.param(settled)}::bigint[])
            OR (id < ${Math.max(...settled)} AND (state = 'draft' OR (state = 'pending' AND attempts = 0 AND NOT in_doubt))))`);
  const all = rows.map((row) => ({ ...row, fields: fieldsIn(row.changes, row.base, kindsOf(resource)) }));
  const ended: Ended[] = [];
  for (const { id, changes, base, fields } of all.filter(({ isDraft }) => isDraft)) {
    const later = all.filter((one) => !one.isDraft && one.id > id);
    const covered = (field: Field) =>
      later.find(
        (one) => field.kind !== 'set' && one.fields.some((other) => nameOf(other) === nameOf(field)),
      );
    const names = new Set(fields.filter((field) => covered(field) !== undefined).map(nameOf));
    const by = later.find((one) => one.fields.some((field) => names.has(nameOf(field))));
    if (by === undefined) continue;
    const error = `superseded by edit ${by.id}`;
    if (names.size === fields.length) {
      ended.push(...(await settleEdit(tx, { id, event: 'discard', error })));
      continue;
    }
    const part = (values: Values, others: boolean) => toJson(pickFields(values, fields, names, others));
    const { rows: parted } = await tx.execute<Ended & Record<string, unknown>>(sql`
      WITH kept AS (
        UPDATE pylon_sync.edits SET changes = ${part(changes, true)}::jsonb, base = ${part(base, true)}::jsonb
         WHERE id = ${id} RETURNING actor, created_at)
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, error, actor, created_at, settled_at)
      SELECT ${resource.name}, ${record}, 'update', ${part(changes, false)}::jsonb, ${part(base, false)}::jsonb,
             ${moves('discard').to}, ${`${error}, a part of edit ${id}`}, actor, created_at, clock_timestamp() FROM kept
      RETURNING ${ENDED}`);
    ended.push(...parted);
  }
  return ended;
}

interface Edited {
  readonly id: number;
  readonly fields: readonly string[];
  readonly except: readonly number[];
}

/** Makes the row what Pylon's answer shows, as far as that can be done at this moment. */
export async function storeAnswer(
  tx: Executor,
  resource: Resource,
  row: Row,
  { order, facts }: Shown,
  pendingDeletions: PendingDeletions,
): Promise<void> {
  const { deferred } = await upsert(tx, resource, [row], order, pendingDeletions);
  // What was asked for before this answer came is not to be stored after it.
  if (deferred.length > 0)
    await tx.execute(
      sql`UPDATE ${resource.table} SET _order = greatest(_order, ${order.answered}::bigint) WHERE id = ${row.id}`,
    );
  await noteRereads(tx, resource.name, deferred, facts);
}

/** What is settled together. */
export interface Settlement {
  readonly resource: Resource;
  readonly record: string;
  readonly editOutcomes: readonly EditOutcome[];
  /** Undefined where Pylon did not show the record: it is noted to be read again, with what hangs on it. */
  readonly shown: Shown | undefined;
  readonly facts: PathFacts;
  /** Other records of the resource that are to be read again. */
  readonly alsoReread: readonly string[];
  /** Other records that are gone with it, and what proves that: what names them is read again. */
  readonly gone?: readonly string[] | undefined;
  readonly proof?: Proof | undefined;
  /** The fields of the newest of the edits, which take the place of those that wait for a person. */
  readonly edited: Omit<Edited, 'except'>;
}

/**
 * Ends edits and makes their row what Pylon shows, in one transaction: fields that later edits change keep the
 * values of these. Where a row cannot be written at this moment it is noted to be read again.
 */
export async function settleEdits(
  db: Database,
  lease: Lease,
  pendingDeletions: PendingDeletions,
  { resource, record, editOutcomes, shown, facts, edited, alsoReread, gone = [], proof }: Settlement,
): Promise<readonly Ended[]> {
  const row = shown === undefined ? undefined : rowMapper(resource)(shown.object, shown.facts);
  return writing(db, lease, async (tx) => {
    await tx.execute(sql`SELECT FROM ${resource.table} WHERE id = ${record} FOR NO KEY UPDATE`);
    const remote = row === undefined || isReject(row) ? undefined : columnsIn(resource, row);
    const dropped = await supersedeDrafts(tx, resource, record, editOutcomes);
    const { known, ended } = await settleEditsOf(tx, { resource, record, editOutcomes, remote });
    const stands = remote ?? known;
    // What an action does to a record is not known beforehand.
    const isTheirs = (name: string) => edited.fields.length === 0 || edited.fields.includes(name);
    if (stands !== undefined) await rebase(tx, resource, record, stands, isTheirs);
    const superseded = await supersede(tx, resource, record, {
      ...edited,
      except: editOutcomes.map(({ id }) => id),
    });
    const all = [...ended, ...superseded, ...dropped];
    // Without the hash of what it held, the row is written whatever it holds.
    await tx.execute(
      sql`UPDATE ${resource.table} SET _hash = '' WHERE id = ${record} AND _deleted_at IS NULL`,
    );
    await noteRereads(tx, resource.name, alsoReread, {}, 'hint');
    if (proof !== undefined) await markDeleted(tx, resource, gone, proof);
    if (row === undefined || isReject(row) || shown === undefined) {
      await noteRereads(tx, resource.name, [record], facts, 'hint');
      const children = childrenOf(resource).map(({ name }) => name);
      await tx.execute(sql`
        DELETE FROM ${reads} WHERE record_id = ${record} AND resource = ANY(${sql.param(children)}::text[])`);
      return all;
    }
    await storeAnswer(tx, resource, row, shown, pendingDeletions);
    return all;
  });
}
