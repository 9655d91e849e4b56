import { isOpen } from '../../resources/issues/ended.ts';
import { column, duration } from '../../resources/views.ts';
import type { View } from './view.ts';

/** SQL: when a change was made, as precisely as known. */
const at = (alias: string) => `coalesce(${alias}.changed_at, ${alias}.seen_at)`;

const ofState = (alias: string) => `${alias}.resource = 'issues' AND ${alias}.field = 'state'`;

/** SQL: who made a change, the database user or Pylon. */
const WHO = "coalesce(c.actor, 'Pylon')";

/** SQL: the time of the oldest change on record. */
const BEGIN = '(SELECT min(seen_at) FROM pylon_sync.changes)';

const OF_ISSUE = `i.id AS issue_id, i.number, (${isOpen('i')}) AS is_open`;

/** SQL: the next change of an issue's state. */
const nextOf = (issue: string, and = '') => `SELECT ${at('n')} AS at, n.old #>> '{}' AS state
    FROM pylon_sync.changes AS n WHERE ${ofState('n')} AND n.record_id = ${issue} ${and} ORDER BY n.id LIMIT 1`;

/** SQL: the first state of each issue that matches a condition. */
const firstStay = (enteredAt: string, which: string) => `
      SELECT ${OF_ISSUE}, CASE WHEN first.at IS NULL THEN i.state ELSE first.state END, ${enteredAt}, first.at,
             NULL::text, NULL::bigint, false, 0::bigint
        FROM pylon.issues AS i LEFT JOIN LATERAL (${nextOf('i.id')}) AS first ON true
       WHERE i._deleted_at IS NULL AND ${which}`;

/** The periods that issues spent in each state, in order. */
const issueStateHistory: View = {
  name: 'issue_state_history',
  comment:
    'Stays of issues in states as the mirror saw them, one row per issue and stay. Kept for PYLON_SYNC_RETENTION_DAYS; what was between two readings, or before the first, is not known.',
  // Three SELECTs without window functions, so that conditions on issues and times reach each of them and use
  // its indexes.
  from: `FROM (
      SELECT ${OF_ISSUE}, c.new #>> '{}' AS state, ${at('c')} AS entered_at, after.at AS left_at,
             ${WHO} AS changed_by, c.edit_id, true AS is_observed, c.id AS place
        FROM pylon_sync.changes AS c
        JOIN pylon.issues AS i ON i.id = c.record_id AND i._deleted_at IS NULL
        LEFT JOIN LATERAL (${nextOf('c.record_id', 'AND n.id > c.id')}) AS after ON true
       WHERE ${ofState('c')}
      UNION ALL ${firstStay('i.created_at', `i.created_at >= ${BEGIN}`)}
      UNION ALL ${firstStay('NULL::timestamptz', `(i.created_at >= ${BEGIN}) IS NOT TRUE`)}) AS stay
    LEFT JOIN pylon.issue_statuses AS status ON status.id = stay.state
    CROSS JOIN LATERAL (SELECT coalesce(stay.left_at, CASE WHEN stay.is_open THEN now() END) AS until) AS counted`,
  columns: {
    issue_id: column('stay.issue_id', 'The issue: issues.id.'),
    issue_number: column('stay.number', 'The number of the issue that people see.'),
    state: column('stay.state', 'The state, as issues.state has it.'),
    state_label: column('coalesce(status.label, stay.state)', 'The state as people see it called.'),
    entered_at: column(
      'stay.entered_at',
      'When it came into the state, at the latest; of the first stay when the issue was created, null where changes of that time are not kept.',
    ),
    left_at: column('stay.left_at', 'When it left the state, at the latest; null while it is in it.'),
    ...duration(
      'time',
      'CASE WHEN counted.until > stay.entered_at THEN extract(epoch FROM counted.until - stay.entered_at) WHEN counted.until IS NOT NULL AND stay.entered_at IS NOT NULL THEN 0 END',
      'Time in the state, to now where an open issue is in it',
    ),
    is_current: column('(stay.left_at IS NULL)', 'Whether it is the last stay.'),
    is_observed: column('stay.is_observed', 'Whether its begin was seen: false for the first stay.'),
    changed_by: column(
      'stay.changed_by',
      'Who brought it into the state: Pylon, or the database user whose edit it was; null for the first stay.',
    ),
    edit_id: column('stay.edit_id', 'The edit that did: pylon_sync.edits.id.'),
    place: column('stay.place', 'Orders the stays of an issue.'),
  },
};

/** The history of all fields. */
const fieldChanges: View = {
  name: 'field_changes',
  comment:
    'Changes of the fields that reports ask for, one row per record, field and change, those of records that are gone since too. Kept for PYLON_SYNC_RETENTION_DAYS; an edit made here is among them when Pylon holds it.',
  from: 'FROM pylon_sync.changes AS c',
  columns: {
    id: column('c.id', 'Number of the change, in the order in which they were seen.'),
    resource: column('c.resource', 'The table of schema pylon.'),
    record_id: column('c.record_id', 'The row, by its id.'),
    field: column('c.field', 'The column, or custom_fields. and the slug of a custom field.'),
    old_value: column("c.old #>> '{}'", 'What it held, a list as JSON; null where that was nothing.'),
    new_value: column("c.new #>> '{}'", 'What it holds since, a list as JSON; null where that is nothing.'),
    seen_at: column('c.seen_at', 'When the daemon saw it.'),
    changed_at: column(
      'c.changed_at',
      'When it was made, at the latest: the time of change that Pylon gives the record, or when the edit was sent; null where that is not known.',
    ),
    changed_by: column(WHO, 'Who made it: Pylon, or the database user whose edit it was.'),
    edit_id: column(
      'c.edit_id',
      'The edit that made it: pylon_sync.edits.id; null where it was made in Pylon.',
    ),
  },
};

const isClosed = (value: string) =>
  `(${value} #>> '{}' = 'closed' OR ${value} #>> '{}' IN (SELECT status.id FROM pylon.issue_statuses AS status WHERE status.category = 'closed'))`;

/** SQL: how many times issue `r` left the closed states. */
export const REOPENINGS = `(SELECT count(*) FROM pylon_sync.changes AS c
   WHERE c.record_id = r.id AND ${ofState('c')} AND ${isClosed('c.old')} AND NOT coalesce(${isClosed('c.new')}, false))`;

/** The views of earlier values. */
export const historyViews: readonly View[] = [issueStateHistory, fieldChanges];
