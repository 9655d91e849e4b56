import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { resources } from '../../resources/index.ts';
import { columnWords } from '../../resources/words.ts';
import { identifier, literal } from '../capture/names.ts';
import type { Executor } from '../connection/connect.ts';
import { mergeSetting, readSetting } from '../workspace/setting.ts';

/** What people read of the queue of edits. */
const EDITS: Readonly<Record<string, string>> = {
  id: 'Number of the edit, in the order in which they were made.',
  resource: 'The table of schema pylon.',
  record_id: 'The row, by its id.',
  operation: 'update, create, delete or action.',
  changes: 'What was asked for, column to value; of custom_fields only the slugs that were changed.',
  base: 'The same columns as they stood.',
  shadow:
    'The same columns as Pylon was last seen to hold them; null: as base says. Of a DELETE in conflict, what it was compared with.',
  state: 'draft, pending, sending, applied, conflict, failed or discarded.',
  held: 'Fields that wait for a person, where both sides changed them.',
  forced: 'Fields that are sent whatever Pylon holds: a person said so.',
  attempts: 'How many times it was tried; what the end of a daemon cut short is no attempt.',
  in_doubt: 'Whether the end of a daemon cut an attempt short, which may have arrived.',
  next_attempt_at: 'When it is tried next, while it is pending.',
  waiting_since: 'When it was made, or a person let it go or had it tried again.',
  error: 'Why it is where it is, where that needs a word.',
  http_status: "Status of Pylon's answer.",
  request_id: "Number of Pylon's answer, for its support.",
  remote: 'What Pylon held when it mattered.',
  sent: 'The body that was sent last.',
  actor: 'The database user who made it: the role that was set, else the login.',
  txid: 'The transaction that made it; null where the database was copied or restored since.',
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

/** Comments on a relation: by column, and under '' on itself. */
export type Comments = Readonly<Record<string, string>>;

/** Comments on the tables of the mirror, on the queue of edits and on what is kept of earlier values, by table. */
export const tableComments: Readonly<Record<string, Comments>> = {
  ...Object.fromEntries(
    resources.map((resource) => [`pylon.${resource.name}`, { '': resource.about, ...columnWords(resource) }]),
  ),
  'pylon_sync.edits': {
    '': 'Changes that were made here and are carried to Pylon, one row per change of a row.',
    ...EDITS,
  },
  'pylon_sync.changes': {
    '': 'Changes of the fields that reports ask for, one row per record, field and change.',
    ...CHANGES,
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
 * Writes the comments of a relation that differ, and takes note of them. One that is none of those written before is
 * the user's, and stays.
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
