import { getTableColumns, sql } from 'drizzle-orm';
import { followUp } from '../../edits/create.ts';
import type { Values } from '../../edits/merge.ts';
import { moves, UNSETTLED } from '../../edits/states.ts';
import { toJson } from '../../exact.ts';
import { NO_DIGEST, type Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { type Edit, statesIn } from '../edits/queue.ts';
import { col } from '../edits/table.ts';
import { MADE_HERE } from '../mirror/history.ts';
import type { PendingDeletions } from '../mirror/pending-deletions.ts';
import { edits } from '../tables.ts';
import { type EditOutcome, ENDED, type Ended, settleEach } from './end.ts';
import { giveId } from './ids.ts';
import { readAgain } from './read-again.ts';
import { revive } from './revive.ts';
import { rebase, type Shown, shownRow, storeAnswer } from './shown.ts';

/** A create that Pylon has executed. */
export interface Creation {
  readonly resource: Resource;
  /** The provisional id. */
  readonly record: string;
  readonly create: Edit;
  /** The outcomes of the create and of the edits that were sent with it. */
  readonly editOutcomes: readonly EditOutcome[];
  /** The values that the record should have. */
  readonly wanted: Values;
  readonly shown: Shown;
  /** Whether the record is queued to be fetched again with its children. */
  readonly readsAgain?: boolean;
}

/**
 * Settles a create that Pylon has executed. Replaces the provisional id with Pylon's everywhere. Queues an update, in
 * the name of the same person, for the fields that the create's request could not contain. Requeues edits that failed
 * because the record was not created.
 *
 * @throws Postgres's `23505` on the table's primary key if a pull stores the object at the same moment; TypeError if
 * Pylon's object is no valid record.
 */
export async function settleCreated(
  tx: Executor,
  pendingDeletions: PendingDeletions,
  { resource, record, create, editOutcomes, wanted, shown, readsAgain = false }: Creation,
): Promise<readonly Ended[]> {
  const { table, name } = resource;
  const created = shownRow(resource, shown);
  if (created === undefined) throw new TypeError('what Pylon created is no record');
  const { id } = created.row;
  const remote = created.values;
  // Locks the row first, so that an edit which somebody is making of it is visible afterwards.
  await tx.execute(sql`SELECT FROM ${table} WHERE id = ${record} FOR UPDATE`);
  const ended = await settleEach(tx, editOutcomes);
  await revive(tx, create.id);
  await giveId(tx, resource, { record, id, edit: create.id });
  await queueFollowUp(tx, { resource, id, create, wanted, remote });
  await tx.execute(sql`
      UPDATE ${table} SET id = ${id}, _hash = ${MADE_HERE}
       WHERE id = ${record} AND NOT EXISTS (SELECT FROM ${table} WHERE id = ${id})`);
  // For the case that a pull has stored the object already.
  const mirrored = Object.keys(getTableColumns(table));
  await tx.execute(
    sql`SELECT pylon_sync._merge_rows(${name}, ${record}, ${id}, ${sql.param(mirrored)}::text[])`,
  );
  await tx.execute(sql`
      UPDATE ${table} SET _hash = ${NO_DIGEST} WHERE id = ${id} AND _deleted_at IS NULL AND _hash <> ${MADE_HERE}`);
  // If the record was deleted here meanwhile, the tombstone shows this.
  await tx.execute(sql`
      UPDATE ${edits} SET ${col.base} = ${col.base} || ${toJson(remote)}::jsonb
       WHERE ${col.resource} = ${name} AND ${col.record_id} = ${id} AND ${col.operation} = 'delete' AND ${col.state} = ANY(${statesIn(UNSETTLED)})`);
  await rebase(tx, resource, id, remote);
  await storeAnswer(tx, resource, created, pendingDeletions);
  if (!readsAgain) return ended;
  // Without its hash the row counts as changed when it is fetched, so that its children are read too.
  await tx.execute(sql`UPDATE ${table} SET _hash = ${NO_DIGEST} WHERE id = ${id}`);
  await readAgain(tx, resource, id, shown.facts);
  return ended;
}

async function queueFollowUp(
  tx: Executor,
  created: Pick<Creation, 'resource' | 'create' | 'wanted'> & {
    readonly id: string;
    readonly remote: Values;
  },
): Promise<void> {
  const { resource, id, create, wanted, remote } = created;
  const { rows: later } = await tx.execute<{ changes: Values; base: Values }>(sql`
    SELECT ${col.changes}, ${col.base} FROM ${edits}
     WHERE ${col.resource} = ${resource.name} AND ${col.record_id} = ${id} AND ${col.operation} = 'update'
       AND ${col.state} = ANY(${statesIn(UNSETTLED)})`);
  const left = followUp(resource, wanted, remote, later);
  if (left === undefined) return;
  await tx.execute(sql`
    INSERT INTO ${edits} (${col.resource}, ${col.record_id}, ${col.operation}, ${col.changes}, ${col.base}, ${col.state}, ${col.actor}, ${col.txid})
    SELECT ${col.resource}, ${id}, 'update', ${toJson(left.changes)}::jsonb, ${toJson(left.base)}::jsonb,
           'pending', ${col.actor}, ${col.txid}
      FROM ${edits} WHERE ${col.id} = ${create.id}`);
}

/** Edits of a record that Pylon does not have, with its create if that is among them. */
export interface Uncreated extends Pick<Creation, 'resource' | 'record' | 'editOutcomes'> {
  readonly create?: number;
}

/**
 * Settles edits of a record that Pylon does not have. If its create is among them, deletes the row and fails the
 * edits that depend on the create.
 */
export async function settleUncreated(
  tx: Executor,
  { resource, record, editOutcomes, create }: Uncreated,
): Promise<readonly Ended[]> {
  if (create !== undefined) await tx.execute(sql`DELETE FROM ${resource.table} WHERE id = ${record}`);
  const ended = await settleEach(tx, editOutcomes);
  if (create === undefined) return ended;
  await tx.execute(sql`
      UPDATE ${edits} SET ${col.first_sent_at} = NULL, ${col.first_order} = NULL WHERE ${col.id} = ${create}`);
  const { from, to } = moves('discard');
  const { rows: dropped } = await tx.execute<Ended & Record<string, unknown>>(sql`
      UPDATE ${edits}
         SET ${col.state} = ${to}, ${col.answer} = NULL, ${col.settled_at} = clock_timestamp(), ${col.error} = 'Pylon does not have the record'
       WHERE ${col.resource} = ${resource.name} AND ${col.record_id} = ${record} AND ${col.operation} = 'delete' AND ${col.state} = ANY(${statesIn(from)})
      RETURNING ${ENDED}`);
  const { rows } = await tx.execute<{ id: number }>(sql`
      SELECT ${col.id}::float8 FROM ${edits}
       WHERE ${col.resource} = ${resource.name} AND ${col.record_id} = ${record} AND ${col.state} = 'pending'`);
  const error = `depends on edit ${create}`;
  const failed = rows.map(({ id }): EditOutcome => ({ id, event: 'refuse', error, dependsOn: create }));
  return [...ended, ...dropped, ...(await settleEach(tx, failed))];
}
