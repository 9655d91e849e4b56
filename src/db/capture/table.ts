import { getTableColumns } from 'drizzle-orm';
import { writableColumns } from '../../edits/body.ts';
import { PROVISIONAL } from '../../edits/provisional.ts';
import type { Resource } from '../../resources/define.ts';
import { identifier, literal, notDaemonWrite, TRANSITION, tableOf } from './names.ts';
import { captureInsert } from './queueing/capture-insert.sql.ts';
import { captureUpdate } from './queueing/capture-update.sql.ts';
import { callsForComparing, compareRead } from './triggers/compare-read.ts';
import { checkInsert } from './validation/checks/check-insert.ts';
import { callsForFill, fillFunction } from './validation/fill.ts';
import { choicesOf, readChoices } from './validation/labels/read-choices.ts';

const NO_INSERT = 'objects of this kind are not created here';
const NO_DELETE = 'Pylon has no way to delete one';

/** Whether rows can be deleted, even if only those that Pylon does not have yet. */
export const deletable = ({ writes }: Resource): boolean =>
  writes?.remove !== undefined || writes?.create !== undefined;

/** What can be changed of a resource, as a phrase for people. */
function offer(resource: Resource): string {
  const columns = writableColumns(resource.writes, 'update');
  return columns.length === 0
    ? `Pylon lets one change nothing of ${resource.name}.`
    : `Can be changed: ${columns.join(', ')}.`;
}

/** Sets the default of `id` to provisional ids, unless it is set: that locks the table, for readers too. */
const provisionalIds = (table: string): string => `DO $$ BEGIN
     IF NOT EXISTS (SELECT FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
                     WHERE adrelid = '${table}'::regclass AND attname = 'id'
                       AND pg_get_expr(adbin, adrelid) LIKE '%${PROVISIONAL}%gen_random_uuid()%') THEN
       ALTER TABLE ${table} ALTER COLUMN id SET DEFAULT '${PROVISIONAL}' || gen_random_uuid()::text;
     END IF;
   END $$`;

/** The statements of one mirror table. */
export interface Capture {
  /** These lock no table. */
  readonly functions: readonly string[];
  /** Run after the functions. These lock their table against writers. */
  readonly triggers: readonly string[];
}

/**
 * The functions and triggers of one mirror table: people's changes become edits, changes that Pylon does not support
 * are refused, and the daemon's writes are ignored. Replaced as a whole, in place.
 */
export function captureOf(resource: Resource, owner: string): Capture {
  const { name, writes } = resource;
  const table = tableOf(name);
  const written = writableColumns(resource.writes, 'update');
  const others = Object.keys(getTableColumns(resource.table)).filter((column) => !written.includes(column));
  const fixed = others.filter((column) => column !== '_synced_at');
  const list = (columns: readonly string[]) => columns.map(identifier).join(', ');
  const row = (of: string, columns: readonly string[]) =>
    columns.map((c) => `${of}.${identifier(c)}`).join(', ');
  const differ = (columns: readonly string[]) =>
    `(${row('OLD', columns)}) IS DISTINCT FROM (${row('NEW', columns)})`;
  const trigger = (title: string, what: string) =>
    `CREATE OR REPLACE TRIGGER ${identifier(`pylon_sync_${title}`)} ${what}`;
  const refuseAll = (title: string, operation: string, why: string) =>
    trigger(
      title,
      `AFTER ${operation} ON ${table} FOR EACH ROW WHEN (${notDaemonWrite(owner)}) EXECUTE FUNCTION pylon_sync._refuse_statement(${literal(why)})`,
    );
  const without = (title: string) =>
    `DROP TRIGGER IF EXISTS ${identifier(`pylon_sync_${title}`)} ON ${table}`;
  const afterStatement = (title: string, operation: string) =>
    trigger(
      title,
      `AFTER ${operation} ON ${table} FOR EACH STATEMENT WHEN (${notDaemonWrite(owner)})
       EXECUTE FUNCTION pylon_sync._after_edits()`,
    );
  const onFields = (title: string, operation: 'INSERT' | 'UPDATE', run: string) =>
    writes?.columns.custom_fields === undefined
      ? []
      : [
          trigger(
            title,
            `BEFORE ${operation} ON ${table} FOR EACH ROW
             WHEN (${notDaemonWrite(owner)} AND jsonb_typeof(NEW.custom_fields) = 'object'${
               operation === 'UPDATE' ? ' AND OLD.custom_fields IS DISTINCT FROM NEW.custom_fields' : ''
             })
             EXECUTE FUNCTION pylon_sync.${run}`,
          ),
        ];
  const chosen = choicesOf(resource).map(([column]) => column);
  // What every workspace has is no label, and costs no call.
  const maybeLabels = chosen
    .map(
      (column) =>
        `NEW.${identifier(column)} <> ALL (ARRAY[${(writes?.columns[column]?.always ?? []).map(literal).join(', ')}]::text[])`,
    )
    .join(' OR ');
  // Labels become slugs before the row is stamped, and after custom fields have become texts.
  const reads = (title: string, operation: 'INSERT' | 'UPDATE') => [
    ...onFields(`${title}_words`, operation, `_read_fields(${literal(resource.customFields?.kind ?? '')})`),
    ...(chosen.length === 0
      ? []
      : [
          trigger(
            `${title}_choices`,
            `BEFORE ${operation} ON ${table} FOR EACH ROW
             WHEN (${notDaemonWrite(owner)} AND ${operation === 'UPDATE' ? differ(chosen) : `(${row('NEW', chosen)}) IS NOT NULL`} AND (${maybeLabels}))
             EXECUTE FUNCTION pylon_sync.${identifier(`_read_${name}`)}()`,
          ),
        ]),
  ];
  const { fills = [] } = writes ?? {};
  const filled = (title: string, operation: 'INSERT' | 'UPDATE') =>
    fills.length === 0
      ? []
      : [
          trigger(
            title,
            `BEFORE ${operation} ON ${table} FOR EACH ROW
             WHEN (${notDaemonWrite(owner)}${operation === 'UPDATE' ? ` AND (${callsForFill(fills)})` : ''})
             EXECUTE FUNCTION pylon_sync.${identifier(`_fill_${name}`)}()`,
          ),
        ];
  const whenNoId = (title: string, run: string) =>
    trigger(
      title,
      `BEFORE INSERT ON ${table} FOR EACH ROW WHEN (${notDaemonWrite(owner)} AND NEW.id IS NULL)
       EXECUTE FUNCTION pylon_sync.${run}`,
    );
  const updates =
    writes === undefined || written.length === 0
      ? []
      : [
          // Triggers run in the order of their names: the one that skips deleted rows comes before those that
          // refuse.
          without('before'),
          trigger(
            'before_1_gone',
            `BEFORE UPDATE ON ${table} FOR EACH ROW WHEN (${notDaemonWrite(owner)} AND OLD._deleted_at IS NOT NULL)
             EXECUTE FUNCTION pylon_sync._skip_gone()`,
          ),
          ...filled('before_2_fill', 'UPDATE'),
          ...onFields('before_2_texts', 'UPDATE', '_keep_as_texts()'),
          ...reads('before_2', 'UPDATE'),
          trigger(
            'before_3_stamp',
            `BEFORE UPDATE ON ${table} FOR EACH ROW WHEN (${notDaemonWrite(owner)} AND ${differ(written)})
             EXECUTE FUNCTION pylon_sync._stamp()`,
          ),
          // A statement trigger, which replaces the row trigger of earlier versions.
          without('capture'),
          trigger(
            'capture_all',
            `AFTER UPDATE ON ${table} REFERENCING OLD TABLE AS ${TRANSITION.old} NEW TABLE AS ${TRANSITION.new}
             FOR EACH STATEMENT WHEN (${notDaemonWrite(owner)})
             EXECUTE FUNCTION pylon_sync.${identifier(`_capture_${name}`)}()`,
          ),
          afterStatement('edited', 'UPDATE'),
        ];
  const inserts =
    writes?.create === undefined
      ? [
          refuseAll('no_insert', 'INSERT', NO_INSERT),
          // Without an id, the constraint would speak before the trigger.
          whenNoId('before_insert_id', `_refuse_statement(${literal(NO_INSERT)})`),
        ]
      : [
          provisionalIds(table),
          without('no_insert'),
          ...onFields('before_insert', 'INSERT', '_keep_as_texts()'),
          ...reads('before_insert', 'INSERT'),
          ...filled('before_insert_fill', 'INSERT'),
          whenNoId('before_insert_id', '_fill_id()'),
          // Only such tables have had provisional ids.
          trigger(
            'real_ids',
            `BEFORE UPDATE OR DELETE ON ${table} FOR EACH STATEMENT WHEN (${notDaemonWrite(owner)})
             EXECUTE FUNCTION pylon_sync._tell_real_ids()`,
          ),
          trigger(
            'insert',
            `AFTER INSERT ON ${table} FOR EACH ROW WHEN (${notDaemonWrite(owner)})
             EXECUTE FUNCTION pylon_sync.${identifier(`_capture_insert_${name}`)}()`,
          ),
          trigger(
            'impossible',
            `AFTER INSERT ON ${table} REFERENCING NEW TABLE AS ${TRANSITION.new} FOR EACH STATEMENT
             WHEN (${notDaemonWrite(owner)}) EXECUTE FUNCTION pylon_sync.${identifier(`_check_insert_${name}`)}()`,
          ),
          afterStatement('inserted', 'INSERT'),
        ];
  const deletes = !deletable(resource)
    ? [refuseAll('no_delete', 'DELETE', NO_DELETE)]
    : [
        without('no_delete'),
        trigger(
          'before_delete',
          `BEFORE DELETE ON ${table} FOR EACH ROW WHEN (${notDaemonWrite(owner)} AND OLD._deleted_at IS NOT NULL)
           EXECUTE FUNCTION pylon_sync._skip_gone()`,
        ),
        trigger(
          'delete',
          `AFTER DELETE ON ${table} FOR EACH ROW WHEN (${notDaemonWrite(owner)})
           EXECUTE FUNCTION pylon_sync._capture_delete(${literal(writes?.remove === undefined ? NO_DELETE : '')})`,
        ),
        afterStatement('deleted', 'DELETE'),
      ];
  const functions = [
    compareRead(resource),
    ...(writes === undefined || written.length === 0 ? [] : [captureUpdate(resource, writes)]),
    ...(writes?.create === undefined ? [] : [captureInsert(resource, writes)]),
    ...(writes?.create === undefined ? [] : [checkInsert(resource)]),
    ...(chosen.length === 0 ? [] : [readChoices(resource)]),
    ...(fills.length === 0 ? [] : [fillFunction(resource, fills)]),
  ];
  const triggers = [
    // Before those that look at values: what was read of an earlier row has other values.
    without('before_2_refuse'),
    trigger(
      'before_1_read',
      `BEFORE UPDATE ON ${table} FOR EACH ROW WHEN (${notDaemonWrite(owner)} AND ${callsForComparing(resource)})
       EXECUTE FUNCTION pylon_sync.${identifier(`_compare_read_${name}`)}()`,
    ),
    ...updates,
    trigger(
      'refuse',
      `AFTER UPDATE OF ${list(fixed)} ON ${table} FOR EACH ROW WHEN (${notDaemonWrite(owner)} AND ${differ(fixed)})
       EXECUTE FUNCTION pylon_sync._refuse_update(${[offer(resource), ...fixed].map(literal).join(', ')})`,
    ),
    ...inserts,
    ...deletes,
    trigger(
      'no_truncate',
      `BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION pylon_sync._refuse_statement('it would empty the mirror and leave Pylon as it is')`,
    ),
  ];
  return { functions, triggers };
}
