import { columnComments, commentOf } from '../../resources/comments.ts';
import { resources } from '../../resources/index.ts';
import { identifier, literal, tableOf } from '../capture/names.ts';

/** What people read of the queue of edits. */
const EDITS: Readonly<Record<string, string>> = {
  id: 'Number of the edit, in the order in which they were made.',
  resource: 'The table of schema pylon.',
  record_id: 'The row, by its id.',
  operation: 'update, create, delete or action.',
  changes: 'What was asked for, column to value; of custom_fields only the slugs that were changed.',
  base: 'The same columns as they stood.',
  shadow: 'The same columns as Pylon was last seen to hold them; null: as base says.',
  state: 'draft, pending, sending, applied, conflict, failed or discarded.',
  held: 'Fields that wait for a person, where both sides changed them.',
  forced: 'Fields that are sent whatever Pylon holds: a person said so.',
  attempts: 'How many times it was tried.',
  next_attempt_at: 'When it is tried next, while it is pending.',
  error: 'Why it is where it is, where that needs a word.',
  http_status: "Status of Pylon's answer.",
  request_id: "Number of Pylon's answer, for its support.",
  remote: 'What Pylon held when it mattered.',
  sent: 'The body that was sent last.',
  actor: 'The database user who made it.',
  txid: 'The transaction that made it.',
  created_at: 'When it was made.',
  sent_at: 'When it was last sent.',
  settled_at: 'When it ended; null while it has not.',
  first_sent_at: 'When a create left first; null where nothing of it can have arrived.',
  first_order: 'Place in the order of requests before that.',
  depends_on: 'The create without which it could not be carried out.',
  answer:
    'What Pylon answered, where that could not be stored yet: it is settled with that, and not sent again.',
};

/** What people read of earlier values. */
const CHANGES: Readonly<Record<string, string>> = {
  id: 'Number of the change, in the order in which they were seen.',
  resource: 'The table of schema pylon.',
  record_id: 'The row, by its id.',
  field: 'The column, or custom_fields. and the slug of a custom field.',
  old: 'What Pylon held; null where that was nothing.',
  new: 'What Pylon holds since; null where that is nothing.',
  seen_at: 'When the daemon saw it.',
  changed_at:
    'When it was made, at the latest: the time of change that Pylon gives the record, or when the edit was sent; null where that is not known.',
  edit_id: 'The edit that made it: pylon_sync.edits.id; null where it was made in Pylon.',
  actor: 'The database user whose edit it was.',
};

const commented = (table: string, columns: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(columns).map(
    ([column, comment]) => `COMMENT ON COLUMN ${table}.${identifier(column)} IS ${literal(comment)}`,
  );

/** Comments on the tables of the mirror, on the queue of edits and on what is kept of earlier values. */
export const tableComments = (): readonly string[] => [
  `COMMENT ON SCHEMA pylon IS 'The mirror of a Pylon workspace: one table per kind of object. UPDATE what Pylon lets one change, and it follows.'`,
  `COMMENT ON SCHEMA pylon_bi IS 'Views for people and BI tools: live rows, names resolved, custom fields as columns, metrics.'`,
  `COMMENT ON SCHEMA pylon_sync IS 'The state of the daemon that keeps the mirror, and the queue of edits.'`,
  ...resources.flatMap((resource) => {
    const table = tableOf(resource.name);
    return [
      `COMMENT ON TABLE ${table} IS ${literal(commentOf(resource))}`,
      ...Object.entries(columnComments(resource)).map(
        ([column, comment]) => `COMMENT ON COLUMN ${table}.${identifier(column)} IS ${literal(comment)}`,
      ),
    ];
  }),
  "COMMENT ON TABLE pylon_sync.edits IS 'Changes that were made here and are carried to Pylon, one row per change of a row.'",
  ...commented('pylon_sync.edits', EDITS),
  "COMMENT ON TABLE pylon_sync.changes IS 'Changes of the fields that reports ask for, one row per record, field and change.'",
  ...commented('pylon_sync.changes', CHANGES),
];
