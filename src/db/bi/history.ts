import { isClosedState, isOpen } from '../../resources/issues/ended.ts';
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
    'How long issues were in each state, as far as the mirror has seen: one row for each time that an issue entered a state. Kept for PYLON_SYNC_RETENTION_DAYS. Changes between two reads, or before the first, are not known.',
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
    state_label: column('coalesce(status.label, stay.state)', 'The label of the state.'),
    entered_at: column(
      'stay.entered_at',
      'The latest time at which it can have entered the state. For its first state, when the issue was created; null if changes of that time are not kept any more.',
    ),
    left_at: column(
      'stay.left_at',
      'The latest time at which it can have left the state; null while it is in it.',
    ),
    ...duration(
      'time',
      'CASE WHEN counted.until > stay.entered_at THEN extract(epoch FROM counted.until - stay.entered_at) WHEN counted.until IS NOT NULL AND stay.entered_at IS NOT NULL THEN 0 END',
      'Time in the state, until now for an open issue that is in it',
    ),
    is_current: column('(stay.left_at IS NULL)', 'Whether the issue is in this state now.'),
    is_observed: column(
      'stay.is_observed',
      'Whether the mirror saw the issue enter the state: false for its first state.',
    ),
    changed_by: column(
      'stay.changed_by',
      'Who changed the state: Pylon, or the database user whose edit it was; null for the first state.',
    ),
    edit_id: column('stay.edit_id', 'The edit that changed the state: pylon_sync.edits.id.'),
    place: column('stay.place', 'Orders the states of an issue by time.'),
  },
};

/** The history of all fields. */
const fieldChanges: View = {
  name: 'field_changes',
  comment:
    'Changes of the fields that reports use, one row per record, field and change, also of records that have been deleted since. Kept for PYLON_SYNC_RETENTION_DAYS. An edit made here appears once Pylon has accepted it.',
  from: 'FROM pylon_sync.changes AS c',
  columns: {
    id: column('c.id', 'Number of the change, in the order in which changes were seen.'),
    resource: column('c.resource', 'The table of schema pylon.'),
    record_id: column('c.record_id', 'The row, by its id.'),
    field: column('c.field', 'The column, or custom_fields. and the slug of a custom field.'),
    old_value: column(
      "c.old #>> '{}'",
      'The value before, a list as JSON, without entries []; null if there was none.',
    ),
    new_value: column(
      "c.new #>> '{}'",
      'The value after, a list as JSON, without entries []; null if there is none.',
    ),
    seen_at: column('c.seen_at', 'When the daemon saw it.'),
    changed_at: column(
      'c.changed_at',
      'The latest time at which it can have been made: the time of change of the record in Pylon, or when the edit was sent; null if unknown.',
    ),
    changed_by: column(WHO, 'Who made it: Pylon, or the database user whose edit it was.'),
    edit_id: column('c.edit_id', 'The edit that made it: pylon_sync.edits.id; null if it was made in Pylon.'),
  },
};

const isClosed = (value: string) => isClosedState(`(${value} #>> '{}')`);

/** SQL: how many times issue `r` left the closed states. */
export const REOPENINGS = `(SELECT count(*) FROM pylon_sync.changes AS c
   WHERE c.record_id = r.id AND ${ofState('c')} AND ${isClosed('c.old')} AND NOT coalesce(${isClosed('c.new')}, false))`;

/** The views of earlier values. */
export const historyViews: readonly View[] = [issueStateHistory, fieldChanges];
