import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { resources } from '../../resources/index.ts';
import { columnWords } from '../../resources/words.ts';
import { identifier, literal } from '../capture/names.ts';
import type { Executor } from '../connection/connect.ts';
import { EDITS, type EditColumn } from '../edits/table.ts';
import type { changes } from '../tables.ts';
import { mergeSetting, readSetting } from '../workspace/setting.ts';

/** Comments on the columns of `pylon_sync.edits`. */
const OF_EDITS: Readonly<Record<EditColumn, string>> = {
  id: 'Number of the edit, in the order in which edits were made.',
  resource: 'The table of schema pylon.',
  record_id: 'The row, by its id.',
  operation: 'update, create, delete or action.',
  changes: 'The requested values by column; for custom_fields, only the slugs that were changed.',
  base: 'The values of the same columns before the edit.',
  shadow:
    'The last known values of the same columns in Pylon; null: as in base. For a DELETE in conflict, the values that it was compared with.',
  state: 'draft, pending, sending, applied, conflict, failed or discarded.',
  held: 'Fields in conflict: both sides changed them, and a person has to decide.',
  forced: 'Fields that are sent even if their value in Pylon has changed, because a person decided so.',
  attempts: 'How many times it was tried. An attempt that the end of a daemon interrupted does not count.',
  in_doubt: 'Whether the end of a daemon interrupted an attempt, whose request may have arrived.',
  next_attempt_at: 'When it is tried next, if it is pending.',
  waiting_since: 'When it was made, or when a person last approved or retried it.',
  error: 'Why it is in this state, if that needs an explanation.',
  http_status: "HTTP status of Pylon's answer.",
  request_id: "Request id of Pylon's answer, for Pylon's support.",
  remote: 'The values in Pylon when the edit was compared with them.',
  sent: 'The body of the last request.',
  actor: 'The database user who made it: the role that was set, else the login.',
  txid: 'The transaction that made it; null if the database was copied or restored since.',
  created_at: 'When it was made.',
  sent_at: 'When it was last sent.',
  settled_at: 'When it was applied, discarded or failed; null before.',
  first_sent_at: 'When a create was first sent; null if no request of it can have arrived.',
  first_order: 'The place in the order of requests before first_sent_at.',
  depends_on: 'The create that it depends on.',
  answer:
    'The outcome in Pylon, if it could not be stored yet: the edit is settled with it, and not sent again.',
};

/** Comments on the columns of `pylon_sync.changes`. */
const OF_CHANGES: Readonly<Record<keyof typeof changes.$inferSelect, string>> = {
  id: 'Number of the change, in the order in which changes were seen.',
  resource: 'The table of schema pylon.',
  record_id: 'The row, by its id.',
  field: 'The column, or custom_fields. and the slug of a custom field.',
  old: 'The value in Pylon before; null if it was empty.',
  new: 'The value in Pylon after; null if it was empty.',
  seen_at: 'When the daemon saw it.',
  changed_at:
    'The latest time at which it can have been made: the time of change of the record in Pylon, or when the edit was sent; null if unknown.',
  edit_id: 'The edit that made it (pylon_sync.edits.id); null if it was made in Pylon.',
  actor: 'The database user who made the edit; null if it was made in Pylon.',
};

/** Comments on a relation: by column, and under '' on itself. */
export type Comments = Readonly<Record<string, string>>;

/** Comments on the tables of the mirror, the edits and the changes, by table. */
export const tableComments: Readonly<Record<string, Comments>> = {
  ...Object.fromEntries(
    resources.map((resource) => [`pylon.${resource.name}`, { '': resource.about, ...columnWords(resource) }]),
  ),
  [EDITS]: {
    '': 'Changes that were made here, on their way to Pylon: one row per change of a row.',
    ...OF_EDITS,
  },
  'pylon_sync.changes': {
    '': 'The history of fields that reports use: one row per record, field and change.',
    ...OF_CHANGES,
  },
};

/** Comments on schemas. */
export const schemaComments: readonly string[] = [
  `COMMENT ON SCHEMA pylon IS 'The mirror of a Pylon workspace: one table per kind of object. UPDATE what Pylon lets one change, and it follows.'`,
  `COMMENT ON SCHEMA pylon_bi IS 'Views for people and BI tools: live rows, names resolved, custom fields as columns, metrics.'`,
  `COMMENT ON SCHEMA pylon_sync IS 'The state of the daemon that keeps the mirror, and the queue of edits.'`,
];

const digestOf = (text: string) => createHash('sha256').update(text).digest('base64').slice(0, 8);

/** Digests of the comments that were written, by relation and column. */
type Written = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Writes the comments of a relation that differ, and notes their digests. A comment that was not written by this
 * function is the user's, and stays.
 */
export async function writeComments(
  tx: Executor,
  kind: 'TABLE' | 'VIEW',
  relation: string,
  wanted: Comments,
): Promise<void> {
  const name = relation.split('.').map(identifier).join('.');
  const { rows } = await tx.execute<{ column: string; comment: string | null }>(sql`
    SELECT '' AS column, obj_description(${name}::regclass, 'pg_class') AS comment
     UNION ALL
    SELECT attname, col_description(attrelid, attnum) FROM pg_attribute
     WHERE attrelid = ${name}::regclass AND attnum > 0 AND NOT attisdropped`);
  const noted = await readSetting<Written>(tx, 'comments');
  const before = noted?.[relation] ?? {};
  const isOurs = (column: string, comment: string) =>
    before[column] === undefined || before[column] === digestOf(comment);
  const statements = rows.flatMap(({ column, comment }) => {
    const text = wanted[column];
    if (text === undefined || text === comment || (comment !== null && !isOurs(column, comment))) return [];
    const target = column === '' ? `${kind} ${name}` : `COLUMN ${name}.${identifier(column)}`;
    return [`COMMENT ON ${target} IS ${literal(text)}`];
  });
  if (statements.length > 0) await tx.execute(sql.raw(statements.join(';\n')));
  const written = Object.fromEntries(
    Object.entries(wanted).map(([column, text]) => [column, digestOf(text)]),
  );
  await mergeSetting(tx, 'comments', { [relation]: written });
}
