import { resources } from '../../resources/index.ts';
import { column } from '../../resources/views.ts';
import { literal, tableOf } from '../capture/names.ts';
import { EDITS, editsText } from '../edits/table.ts';
import type { View } from './view.ts';

/** SQL: the resources, each with the parent for whose changes alone it is read. */
const NAMED = resources
  .map(({ name, pull }) => {
    const parent = pull.by === 'parent' && pull.mark !== undefined ? literal(pull.parent) : 'NULL';
    return `(${literal(name)}, ${parent})`;
  })
  .join(', ');

const ROWS = resources
  .map(
    ({ name }) =>
      `WHEN ${literal(name)} THEN (SELECT count(*) FROM ${tableOf(name)} WHERE _deleted_at IS NULL)`,
  )
  .join(' ');

/** The kinds of passes that read a whole resource. */
const WHOLE = ['backfill', 'lists', 'reconcile'];

/** SQL: the passes by which a table may have become fresh: by those over its resource, and over its parent. */
const PASSES = ['r.resource', 'r.parent']
  .flatMap((of) => [...WHOLE, 'changes'].map((kind) => `(${of}, ${literal(kind)})`))
  .join(', ');

/** SQL: rows that differed in the newest comparison. */
const COMPARED = `(SELECT run.rows_drifted FROM pylon_sync.runs AS run
     WHERE run.resource = r.resource AND run.kind = 'reconcile' AND run.finished_at IS NOT NULL
     ORDER BY run.id DESC LIMIT 1)`;

/** How fresh each table is, by the daemon's own records. */
export const freshness: View = {
  name: 'freshness',
  comment: 'How fresh each table of the mirror is, one row per table.',
  from: `FROM (VALUES ${NAMED}) AS r(resource, parent)
    -- The newest pass of each kind is the last entry of an index, however many there were.
    CROSS JOIN LATERAL (
      SELECT max(newest.began) FILTER (WHERE pass.resource = r.resource AND pass.kind <> 'changes') AS whole_at, max(newest.began) AS as_of
        FROM (VALUES ${PASSES}) AS pass(resource, kind)
       CROSS JOIN LATERAL (
         SELECT max(run.started_at) AS began FROM pylon_sync.runs AS run
          WHERE run.resource = pass.resource AND run.kind = pass.kind AND run.outcome = 'done') AS newest) AS begun
    CROSS JOIN LATERAL (SELECT CASE WHEN begun.whole_at IS NOT NULL THEN begun.as_of END AS as_of) AS fresh
    LEFT JOIN LATERAL (
      SELECT sum(audit.sampled) AS sampled, sum(audit.drifted) AS drifted FROM pylon_sync.audits AS audit
       WHERE audit.resource = r.resource AND audit.day > (now() AT TIME ZONE 'UTC')::date - 7) AS audited ON true`,
  columns: {
    resource: column('r.resource', 'The table of schema pylon.'),
    last_complete_pass_at: column(
      'begun.whole_at',
      'When the newest complete read of it began; null before the first.',
    ),
    fresh_as_of: column(
      'fresh.as_of',
      'The table has everything that Pylon had at this time; null before the first complete read.',
    ),
    lag_seconds: column(
      'CASE WHEN fresh.as_of IS NOT NULL THEN greatest(0, floor(extract(epoch FROM clock_timestamp() - fresh.as_of)))::bigint END',
      'Seconds since then.',
    ),
    live_rows: column(`CASE r.resource ${ROWS} END`, 'Rows that are not deleted in Pylon.'),
    drifted_rows: column(
      COMPARED,
      'Rows that differed from Pylon in the newest comparison; null before the first.',
    ),
    audited_rows: column('audited.sampled', 'Rows that were compared at random in the last 7 days.'),
    audited_drift: column('audited.drifted', 'Of these, rows that differed.'),
    synced_until: column(
      'pylon_bi.synced_until()',
      'All rows with an earlier synced_at are committed: the upper bound for incremental models; null while it is unknown.',
    ),
  },
};

const e = editsText('e');

/** The states of people's edits, without their contents. */
export const editSummary: View = {
  name: 'edit_summary',
  comment:
    'Edits, which are changes made here on their way to Pylon, counted by table and state. Settled edits are kept for PYLON_SYNC_RETENTION_DAYS.',
  from: `FROM (SELECT ${e.resource}, ${e.operation}, ${e.state}, count(*) AS edits, min(${e.created_at}) AS oldest, max(${e.settled_at}) AS last_settled
            FROM ${EDITS} AS e GROUP BY 1, 2, 3) AS r`,
  columns: {
    resource: column('r.resource', 'The table of schema pylon.'),
    operation: column('r.operation', 'update, create, delete or action.'),
    state: column('r.state', 'draft, pending, sending, applied, conflict, failed or discarded.'),
    edits: column('r.edits', 'The number of edits.'),
    oldest_created_at: column('r.oldest', 'When the oldest of them was made.'),
    last_settled_at: column('r.last_settled', 'When the last of them was settled; null if none has been.'),
  },
};
