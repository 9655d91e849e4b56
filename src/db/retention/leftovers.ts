import { type SQL, sql } from 'drizzle-orm';
import { type State, UNSETTLED } from '../../edits/states.ts';
import type { Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { statesIn } from '../edits/queue.ts';
import { isGiven } from '../row/provisional.ts';
import { audits, handovers, ids, scans, tombstones } from '../tables.ts';

/** States in which nobody has anything to decide about an edit. */
const SEEN = ['applied', 'discarded'] as const satisfies readonly State[];
/** Days of the audit that are reported: they are kept whatever else is. */
const AUDITED_DAYS = 7;
/** Days for which a command may ask what became of its work. */
const HANDED_OVER_DAYS = 7;

/** Deletes at most so many rows of one kind, those that a condition picks. How many it deleted. */
export type Forget = (tx: Executor, limit: number) => Promise<number>;

async function deleted(tx: Executor, statement: SQL): Promise<number> {
  return (await tx.execute(statement)).rowCount ?? 0;
}

/** Rows of the daemon's own tables whose time is over. */
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

/** Edits that are not settled, and name an id anywhere. */
const isNamed = (id: SQL): SQL => sql`EXISTS (
  SELECT FROM pylon_sync.edits AS open
   WHERE open.state = ANY(${statesIn(UNSETTLED)})
     AND strpos(open.record_id || open.changes::text || open.base::text, ${id}) > 0)`;

/**
 * Edits that were applied or discarded: what failed goes only by a person. Not a create that another edit still waits
 * for, or that knows what became of a provisional id which an edit names.
 */
export const oldEdits = (old: SQL): Forget =>
  olderThan(
    'edits',
    'settled_at',
    old,
    sql`old.state = ANY(${statesIn(SEEN)}) AND NOT (old.operation = 'create' AND (
          EXISTS (SELECT FROM pylon_sync.edits AS open
                   WHERE open.depends_on = old.id AND open.state = ANY(${statesIn(UNSETTLED)}))
          OR NOT ${isGiven(sql`old.record_id`)} AND ${isNamed(sql`old.record_id`)}))`,
  );

/** Deletions that turned out to be none: the record lives, and its row says so. */
export const refutedTombstones =
  (old: SQL): Forget =>
  (tx, limit) =>
    deleted(
      tx,
      sql`DELETE FROM ${tombstones} WHERE id IN (
            SELECT id FROM ${tombstones} WHERE restored_at < ${old} ORDER BY id LIMIT ${limit})`,
    );

/**
 * Of records that went with their parent: their rows name it, and its tombstone, or that of its own parent, proves the
 * deletion of all.
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

/** Scans whose deletions no tombstone rests on any more. */
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

/** Ids given to records that have been gone for so long, and that no edit names. Those of records that live are kept. */
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

/** What the audit found on single days. */
export const oldAudits =
  (days: number): Forget =>
  (tx, limit) =>
    deleted(
      tx,
      sql`DELETE FROM ${audits} WHERE (resource, day) IN (
            SELECT resource, day FROM ${audits}
             WHERE day < (now() AT TIME ZONE 'UTC')::date - ${Math.max(days, AUDITED_DAYS)}::integer LIMIT ${limit})`,
    );

/** Work that commands handed over and that has ended. */
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
