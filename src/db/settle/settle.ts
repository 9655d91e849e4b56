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

/** Pylon's present object of the record. */
export interface Shown {
  readonly object: unknown;
  readonly facts: PathFacts;
  readonly order: Order;
}

/**
 * Sets the base of later edits of the record to Pylon's present values, in the fields that the settled edits changed:
 * the effect of these is no conflict. What somebody else changed in Pylon meanwhile still is.
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
    // A change of a set consists of what it adds and removes, independent of its base.
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

/** A new edit of a field replaces one that is in conflict about it. */
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

/** The values of the named fields; if `others` is set, of all other fields. */
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
 * Discards the fields of drafts that a later edit has now changed in Pylon, so that neither the row nor an approval
 * returns to the drafts' values. A draft without other fields is discarded; otherwise these fields are split off as a
 * discarded edit of their own. Changes of sets stay, because a later edit changes a set in a different way.
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

/** Stores Pylon's answer in the row, or queues the record to be fetched again if that is impossible now. */
export async function storeAnswer(
  tx: Executor,
  resource: Resource,
  row: Row,
  { order, facts }: Shown,
  pendingDeletions: PendingDeletions,
): Promise<void> {
  const { deferred } = await upsert(tx, resource, [row], order, pendingDeletions);
  // An answer that was requested before this one arrived must not be stored after it.
  if (deferred.length > 0)
    await tx.execute(
      sql`UPDATE ${resource.table} SET _order = greatest(_order, ${order.answered}::bigint) WHERE id = ${row.id}`,
    );
  await noteRereads(tx, resource.name, deferred, facts);
}

/** Edits that are settled together. */
export interface Settlement {
  readonly resource: Resource;
  readonly record: string;
  readonly editOutcomes: readonly EditOutcome[];
  /**
   * Pylon's object; undefined if it was not in the answer: then the record and its children are queued to be fetched
   * again.
   */
  readonly shown: Shown | undefined;
  readonly facts: PathFacts;
  /** Other records of the resource to be fetched again. */
  readonly alsoReread: readonly string[];
  /** Ids of other records that are deleted by it, e.g. by a merge: records that refer to them are fetched again. */
  readonly gone?: readonly string[] | undefined;
  readonly proof?: Proof | undefined;
  /** The fields of the newest edit, which replace those in conflict. */
  readonly edited: Omit<Edited, 'except'>;
}

/**
 * Settles edits and stores Pylon's object in their row, in one transaction: fields that later edits change keep the
 * values of these. If the row cannot be written now, the record is queued to be fetched again.
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
    // The effect of an action on the record is not known beforehand.
    const isTheirs = (name: string) => edited.fields.length === 0 || edited.fields.includes(name);
    if (stands !== undefined) await rebase(tx, resource, record, stands, isTheirs);
    const superseded = await supersede(tx, resource, record, {
      ...edited,
      except: editOutcomes.map(({ id }) => id),
    });
    const all = [...ended, ...superseded, ...dropped];
    // Without its hash, the row is written with the next answer in any case.
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
