import { writableColumns } from '../../../edits/body.ts';
import { resourceNamed } from '../../../resources/index.ts';
import { identifier, literal } from '../../capture/names.ts';
import type { View } from '../view.ts';
import type { FieldEdit } from './fields.ts';
import { editRow } from './row.ts';
import type { Editing } from './targets.ts';

/** The trigger that refuses changes of a view, the one that reads a changed row, and the one that writes them. */
const REFUSE = 'pylon_sync_refuse';
const EDIT = 'pylon_sync_edit';
const EDITED = 'pylon_sync_edited';
/** The one that says which provisional ids in a statement are Pylon's now: no row is found by them. */
const REAL_IDS = 'pylon_sync_real_ids';

const isCreated = (editing: Editing) => resourceNamed(editing.resource).writes?.create !== undefined;

/** Names of the triggers of a view. */
export const viewTriggers = ({ editing }: View): readonly string[] =>
  editing === undefined ? [REFUSE] : [REFUSE, EDIT, EDITED, ...(isCreated(editing) ? [REAL_IDS] : [])];

/** The name of the function of a view that can be edited. */
export const editFunction = ({ name }: View): string => `_edit_${name}`;

/** The table that a view mainly reads. */
function sourceOf({ from }: View): string {
  const [, schema, table] = /\bFROM (pylon(?:_sync)?)\."?(\w+)"?/.exec(from) ?? [];
  return table === undefined ? 'what the database knows of itself' : `${schema}.${table}`;
}

/** The statements that create the triggers of a view, after the function of its own that one of them calls. */
export function triggersOf(
  view: View,
  columns: readonly string[],
  fields: readonly FieldEdit[],
): readonly string[] {
  const on = `ON pylon_bi.${identifier(view.name)}`;
  const refusing = (operations: string) =>
    `CREATE OR REPLACE TRIGGER ${REFUSE} INSTEAD OF ${operations} ${on}
     FOR EACH ROW EXECUTE FUNCTION pylon_bi.refuse_change(${literal(sourceOf(view))})`;
  const { name, editing } = view;
  if (editing === undefined) return [refusing('INSERT OR UPDATE OR DELETE')];
  const writable = writableColumns(resourceNamed(editing.resource).writes, 'update');
  return [
    refusing('INSERT OR DELETE'),
    editRow({ name, editing, columns, fields }, writable),
    `CREATE OR REPLACE TRIGGER ${EDIT} INSTEAD OF UPDATE ${on}
     FOR EACH ROW EXECUTE FUNCTION pylon_bi.${identifier(editFunction(view))}()`,
    `CREATE OR REPLACE TRIGGER ${EDITED} AFTER UPDATE ${on}
     FOR EACH STATEMENT EXECUTE FUNCTION pylon_bi._edited(${literal(editing.resource)})`,
    ...(isCreated(editing)
      ? [
          `CREATE OR REPLACE TRIGGER ${REAL_IDS} BEFORE UPDATE ${on}
     FOR EACH STATEMENT EXECUTE FUNCTION pylon_sync._tell_real_ids()`,
        ]
      : []),
  ];
}
