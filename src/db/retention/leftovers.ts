import { type SQL, sql } from 'drizzle-orm';
import { PROVISIONAL } from '../../edits/provisional.ts';
import { STATES, type State } from '../../edits/states.ts';
import { FILES } from '../../resources/actions.ts';
import type { Resource } from '../../resources/define.ts';
import { statesIn } from '../edits/queue.ts';
import { editsAs } from '../edits/table.ts';
import { isGiven } from '../row/provisional.ts';
import {
  alerts,
  audits,
  changes,
  edits,
  handovers,
  ids,
  rejectedRecords,
  runs,
  scans,
  tombstones,
} from '../tables.ts';
import { type Rule, walking } from './parts.ts';

const open = editsAs('open');
const o = editsAs('old');

/** States of edits about which nobody has to decide anything. */
const SEEN = ['applied', 'discarded'] as const satisfies readonly State[];
/** States of edits that may still be sent: a person can retry one that failed. */
const OPEN = STATES.filter((state) => !(SEEN as readonly State[]).includes(state));
/** Days of the audit that `status` reports, which are always kept. */
const AUDITED_DAYS = 7;
/** Days after which the outcome of a command's work is deleted. */
const HANDED_OVER_DAYS = 7;

// `OFFSET 0` in an EXISTS keeps it a look-up by an index for each row, also where the statistics are from before the rows; so
// does `least`, which the index of deleted rows cannot be chosen for.

/** The key of a table with numbered rows. */
const BY_ID = [['id', 'bigint']] as const;

/** Deletes rejected objects that were last seen before `old`. */
export const oldRejects = (old: SQL): Rule =>
  walking({ table: sql`${rejectedRecords}`, key: BY_ID, doomed: sql`old.seen_at < ${old}` });

/** Deletes changes of fields that were seen before `old`. */
export const oldChanges = (old: SQL): Rule =>
  walking({
    table: sql`${changes}`,
    key: [
      ['seen_at', 'timestamptz'],
      ['id', 'bigint'],
    ],
    which: sql`old.seen_at < ${old}`,
  });

/** Deletes alerts that were over before `old`. */
export const oldAlerts = (old: SQL): Rule =>
  walking({ table: sql`${alerts}`, key: BY_ID, doomed: sql`old.over_at < ${old}` });

/**
 * SQL: a common table expression with the provisional ids that edits mention which may still be sent, as their record or as a value.
 * It reads these edits once, however many rows ask for it.
 */
const NAMED = sql`named AS MATERIALIZED (
  SELECT ${open.record_id} AS id FROM ${edits} AS open
   WHERE ${open.state} = ANY(${statesIn(OPEN)}) AND NOT ${isGiven(sql`${open.record_id}`)}
   UNION
  SELECT value #>> '{}' FROM ${edits} AS open
   CROSS JOIN LATERAL jsonb_path_query(
     jsonb_build_array(${open.changes}, ${open.base}), ${sql.raw(`'lax $.** ? (@ starts with "${PROVISIONAL}")'`)}) AS value
   WHERE ${open.state} = ANY(${statesIn(OPEN)}))`;

const isNamed = (id: SQL): SQL => sql`EXISTS (SELECT FROM named WHERE named.id = ${id})`;

/**
 * Deletes edits that were applied or discarded; failed ones stay until a person decides. Keeps a create on which an edit
 * depends that may still be sent, or whose provisional id such an edit mentions.
 */
export const oldEdits = (old: SQL): Rule =>
  walking({
    table: sql`${edits}`,
    key: [
      ['settled_at', 'timestamptz'],
      ['id', 'bigint'],
    ],
    which: sql`${o.settled_at} < ${old}`,
    using: NAMED,
    doomed: sql`${o.state} = ANY(${statesIn(SEEN)}) AND NOT (${o.operation} = 'create' AND (
          EXISTS (SELECT FROM ${edits} AS open
                   WHERE ${open.depends_on} = ${o.id} AND ${open.state} = ANY(${statesIn(OPEN)}) OFFSET 0)
          OR NOT ${isGiven(sql`${o.record_id}`)} AND ${isNamed(sql`${o.record_id}`)}))`,
  });

/** Deletes tombstones of records that were restored. */
export const refutedTombstones = (old: SQL): Rule =>
  walking({ table: sql`${tombstones}`, key: BY_ID, doomed: sql`old.restored_at < ${old}` });

/**
 * Deletes tombstones of records that were deleted with their parent: their rows refer to the parent, whose tombstone,
 * or that of its own parent, proves the deletion of all. Undefined for a resource without a parent.
 */
export function inheritedTombstones(
  { name, table, pull }: Resource,
  resources: readonly Resource[],
  old: SQL,
): Rule | undefined {
  const parent = pull.by === 'parent' ? resources.find((one) => one.name === pull.parent) : undefined;
  if (pull.by !== 'parent' || parent === undefined) return undefined;
  return walking({
    table: sql`${tombstones}`,
    key: [
      ['deleted_at', 'timestamptz'],
      ['id', 'bigint'],
    ],
    which: sql`old.resource = ${name} AND old.deleted_at < ${old}`,
    doomed: sql`old.evidence ? 'parent' AND EXISTS (
      SELECT FROM ${table} AS row
       WHERE row.id = old.record_id AND least(row._deleted_at, 'infinity') < 'infinity' AND EXISTS (
             SELECT FROM ${parent.table} AS parent
              WHERE parent.id = row.${sql.identifier(pull.foreignKey)} AND least(parent._deleted_at, 'infinity') < 'infinity' OFFSET 0) OFFSET 0)`,
  });
}

/** Deletes ended scans to which no tombstone refers any more. */
export const oldScans = (old: SQL): Rule =>
  walking({
    table: sql`${scans}`,
    key: BY_ID,
    doomed: sql`old.finished_at < ${old} AND old.state IN ('applied', 'abandoned')
      AND NOT EXISTS (SELECT FROM ${tombstones} AS stone WHERE stone.scan_id = old.id OFFSET 0)`,
  });

/** Deletes ended scans that deleted nothing, after two days. */
export const fruitlessScans: Rule = walking({
  table: sql`${scans}`,
  key: BY_ID,
  doomed: sql`old.finished_at < now() - interval '2 days' AND old.state IN ('applied', 'abandoned') AND old.deleted = 0`,
});

/** Deletes runs: those that found nothing after two days, others after ninety. */
export const oldRuns: Rule = walking({
  table: sql`${runs}`,
  key: [
    ['finished_at', 'timestamptz'],
    ['id', 'bigint'],
  ],
  which: sql`old.finished_at < now() - interval '2 days'`,
  doomed: sql`(old.finished_at < now() - interval '90 days'
    OR old.outcome = 'done' AND old.kind IN ('changes', 'reread', 'resweep')
       AND old.rows_inserted + old.rows_updated + old.rows_deleted + old.rows_rejected = 0)`,
});

const BY_GIVEN = [
  ['id', 'text'],
  ['provisional', 'text'],
] as const;

/**
 * Deletes the mapping of provisional ids of records that were deleted before `old`, unless an edit that may still be sent mentions
 * them. The ids of live records are kept.
 */
export const oldIds = ({ name, table }: Resource, old: SQL): Rule =>
  walking({
    table: sql`${ids}`,
    key: BY_GIVEN,
    which: sql`old.resource = ${name}`,
    using: NAMED,
    doomed: sql`EXISTS (SELECT FROM ${table} AS row WHERE row.id = old.id AND row._deleted_at < ${old} OFFSET 0)
      AND NOT ${isNamed(sql`old.provisional`)}`,
  });

/** Deletes the addresses that uploads gave before `old`, unless an edit that may still be sent names one. */
export const oldAddresses = (old: SQL): Rule =>
  walking({
    table: sql`${ids}`,
    key: BY_GIVEN,
    which: sql`old.resource = ${FILES}`,
    using: NAMED,
    doomed: sql`old.created_at < ${old} AND NOT ${isNamed(sql`old.provisional`)}`,
  });

/** Deletes the audit's counts of old days. */
export const oldAudits = (days: number): Rule =>
  walking({
    table: sql`${audits}`,
    key: [
      ['resource', 'text'],
      ['day', 'date'],
    ],
    doomed: sql`old.day < (now() AT TIME ZONE 'UTC')::date - ${Math.max(days, AUDITED_DAYS)}::integer`,
  });

/** Deletes commands' work that has ended. */
export const oldHandovers = (days: number): Rule =>
  walking({
    table: sql`${handovers}`,
    key: BY_ID,
    doomed: sql`old.state IN ('done', 'failed')
      AND old.finished_at < now() - make_interval(days => ${Math.min(days, HANDED_OVER_DAYS)}::integer)`,
  });
