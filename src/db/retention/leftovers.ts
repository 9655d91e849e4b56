import { getTableName, type SQL, sql } from 'drizzle-orm';
import { type State, UNSETTLED } from '../../edits/states.ts';
import { FILES } from '../../resources/actions.ts';
import type { Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { statesIn } from '../edits/queue.ts';
import { editsAs } from '../edits/table.ts';
import { isGiven } from '../row/provisional.ts';
import { audits, edits, handovers, ids, scans, tombstones } from '../tables.ts';

const open = editsAs('open');
/** What `olderThan` calls the rows of the table. */
const o = editsAs('old');

/** States of edits about which nobody has to decide anything. */
const SEEN = ['applied', 'discarded'] as const satisfies readonly State[];
/** Days of the audit that `status` reports, which are always kept. */
const AUDITED_DAYS = 7;
/** Days after which the outcome of a command's work is deleted. */
const HANDED_OVER_DAYS = 7;

/** Deletes at most `limit` rows of one kind. Returns how many it deleted. */
export type Forget = (tx: Executor, limit: number) => Promise<number>;

async function deleted(tx: Executor, statement: SQL): Promise<number> {
  return (await tx.execute(statement)).rowCount ?? 0;
}

/** Deletes rows of a table of `pylon_sync` whose column `time` is before `old`, oldest first. */
export const olderThan =
  (table: string, time: string, old: SQL, and: SQL = sql`true`): Forget =>
  (tx, limit) => {
    const from = sql`pylon_sync.${sql.identifier(table)}`;
    const when = sql.identifier(time);
    return deleted(
      tx,
      sql`DELETE FROM ${from} WHERE id IN (
            SELECT old.id FROM ${from} AS old WHERE old.${when} < ${old} AND ${and} ORDER BY old.${when} LIMIT ${limit})`,
    );
  };

/** SQL: whether an unsettled edit mentions an id anywhere. */
const isNamed = (id: SQL): SQL => sql`EXISTS (
  SELECT FROM ${edits} AS open
   WHERE ${open.state} = ANY(${statesIn(UNSETTLED)})
     AND strpos(${open.record_id} || ${open.changes}::text || ${open.base}::text, ${id}) > 0)`;

/**
 * Deletes edits that were applied or discarded; failed ones stay until a person decides. Keeps a create on which an
 * unsettled edit depends, or whose provisional id an unsettled edit mentions.
 */
export const oldEdits = (old: SQL): Forget =>
  olderThan(
    getTableName(edits),
    edits.settled_at.name,
    old,
    sql`${o.state} = ANY(${statesIn(SEEN)}) AND NOT (${o.operation} = 'create' AND (
          EXISTS (SELECT FROM ${edits} AS open
                   WHERE ${open.depends_on} = ${o.id} AND ${open.state} = ANY(${statesIn(UNSETTLED)}))
          OR NOT ${isGiven(sql`${o.record_id}`)} AND ${isNamed(sql`${o.record_id}`)}))`,
  );

/** Deletes tombstones of records that were restored. */
export const refutedTombstones =
  (old: SQL): Forget =>
  (tx, limit) =>
    deleted(
      tx,
      sql`DELETE FROM ${tombstones} WHERE id IN (
            SELECT id FROM ${tombstones} WHERE restored_at < ${old} ORDER BY id LIMIT ${limit})`,
    );

/**
 * Deletes tombstones of records that were deleted with their parent: their rows refer to the parent, whose tombstone,
 * or that of its own parent, proves the deletion of all.
 */
export const inheritedTombstones =
  ({ name, table, pull }: Resource, parent: Resource, old: SQL): Forget =>
  (tx, limit) => {
    if (pull.by !== 'parent') return Promise.resolve(0);
    return deleted(
      tx,
      sql`DELETE FROM ${tombstones} WHERE id IN (
            SELECT stone.id FROM ${tombstones} AS stone
              JOIN ${table} AS row ON row.id = stone.record_id AND row._deleted_at IS NOT NULL
              JOIN ${parent.table} AS parent
                ON parent.id = row.${sql.identifier(pull.foreignKey)} AND parent._deleted_at IS NOT NULL
             WHERE stone.resource = ${name} AND stone.deleted_at < ${old} AND stone.evidence ? 'parent'
             ORDER BY stone.id LIMIT ${limit})`,
    );
  };

/** Deletes ended scans to which no tombstone refers any more. */
export const oldScans =
  (old: SQL): Forget =>
  (tx, limit) =>
    deleted(
      tx,
      sql`DELETE FROM ${scans} WHERE id IN (
            SELECT id FROM ${scans} AS scan
             WHERE finished_at < ${old} AND state IN ('applied', 'abandoned')
               AND NOT EXISTS (SELECT FROM ${tombstones} AS stone WHERE stone.scan_id = scan.id)
             ORDER BY id LIMIT ${limit})`,
    );

/**
 * Deletes the mapping of provisional ids of records that were deleted before `old`, unless an unsettled edit mentions
 * them. The ids of live records are kept.
 */
export const oldIds =
  ({ name, table }: Resource, old: SQL): Forget =>
  (tx, limit) =>
    deleted(
      tx,
      sql`DELETE FROM ${ids} WHERE provisional IN (
            SELECT given.provisional FROM ${ids} AS given JOIN ${table} AS row ON row.id = given.id
             WHERE given.resource = ${name} AND row._deleted_at < ${old} AND NOT ${isNamed(sql`given.provisional`)}
             LIMIT ${limit})`,
    );

/** Deletes the addresses that uploads gave before `old`, unless an unsettled edit waits for one. */
export const oldAddresses =
  (old: SQL): Forget =>
  (tx, limit) =>
    deleted(
      tx,
      sql`DELETE FROM ${ids} WHERE provisional IN (
            SELECT given.provisional FROM ${ids} AS given
             WHERE given.resource = ${FILES} AND given.created_at < ${old} AND NOT ${isNamed(sql`given.provisional`)}
             LIMIT ${limit})`,
    );

/** Deletes the audit's counts of old days. */
export const oldAudits =
  (days: number): Forget =>
  (tx, limit) =>
    deleted(
      tx,
      sql`DELETE FROM ${audits} WHERE (resource, day) IN (
            SELECT resource, day FROM ${audits}
             WHERE day < (now() AT TIME ZONE 'UTC')::date - ${Math.max(days, AUDITED_DAYS)}::integer LIMIT ${limit})`,
    );

/** Deletes commands' work that has ended. */
export const oldHandovers =
  (days: number): Forget =>
  (tx, limit) =>
    deleted(
      tx,
      sql`DELETE FROM ${handovers} WHERE id IN (
            SELECT id FROM ${handovers}
             WHERE state IN ('done', 'failed')
               AND finished_at < now() - make_interval(days => ${Math.min(days, HANDED_OVER_DAYS)}::integer)
             ORDER BY id LIMIT ${limit})`,
    );
