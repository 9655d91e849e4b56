import { identifier, literal } from '../../capture/names.ts';
import { REFUSED } from '../../capture/sqlstates.ts';
import { differs, whereAny } from './differs.ts';
import { type FieldEdit, fieldEdits } from './fields.ts';
import type { Editing, Lookup, Target } from './targets.ts';
import { rowsOf } from './write-rows.sql.ts';

/** A view, as far as its edits are concerned. */
export interface EditedView {
  readonly name: string;
  readonly editing: Editing;
  /** All its columns, in order. */
  readonly columns: readonly string[];
  /** Those of custom fields. */
  readonly fields: readonly FieldEdit[];
}

/** A column of the table. What Pylon cannot change, the table refuses. */
const columnEdit = (name: string, column: string): string => `
  IF ${differs(name)} THEN
    wanted := wanted || jsonb_build_object(${literal(column)}, NEW.${identifier(name)});
    stood := stood || jsonb_build_object(${literal(column)}, OLD.${identifier(name)});
  END IF;`;

/** The columns by which one column's record is called: their values, as far as they differ, must all be of one record. */
function lookupEdit(
  view: string,
  reference: string,
  shown: readonly (readonly [name: string, lookup: Lookup])[],
): string {
  const [[first = '', { resource }] = ['', { resource: '' }]] = shown;
  const columns = Object.fromEntries(shown.map(([name, { by, orIn }]) => [name, { by, orIn }]));
  const given = shown.map(
    ([name]) =>
      `CASE WHEN ${differs(name)} THEN jsonb_build_object(${literal(name)}, NEW.${identifier(name)}) ELSE '{}' END`,
  );
  const spec = literal(JSON.stringify({ view, reference, resource, columns }));
  return `
  IF ${shown.map(([name]) => differs(name)).join(' OR ')} THEN
    referred := pylon_bi._referred(${spec},
      ${given.join('\n      || ')});
    IF referred IS DISTINCT FROM OLD.${identifier(reference)} OR wanted ? ${literal(reference)} THEN
      wanted := pylon_bi._with_value(wanted, ${literal(`column "${first}" of pylon_bi.${view}`)}, ${literal(reference)}, to_jsonb(referred));
      stood := stood || jsonb_build_object(${literal(reference)}, OLD.${identifier(reference)});
      NEW.${identifier(reference)} := referred;
    END IF;
  END IF;`;
}

/** What can be set through the view, for people. */
function offer({ columns, fields, editing }: EditedView, writable: readonly string[]): string {
  const own = columns.filter((name) => {
    const target = editing.targets[name];
    if (target === undefined || 'shows' in target) return false;
    return 'field' in target || writable.includes(target.column);
  });
  return `Can be changed: ${[...own, ...(fields.length > 0 ? ['cf_...'] : [])].join(', ')}.`;
}

const refused = (view: string, name: string, why: string, hint: string): string => `
  IF ${differs(name)} THEN
    RAISE EXCEPTION ${literal(`column "${name}" of pylon_bi.${view} cannot be changed: it ${why}`.replaceAll('%', '%%'))}
      USING ERRCODE = '${REFUSED.unsupported}', TABLE = ${literal(view)}, COLUMN = ${literal(name)}, HINT = ${literal(hint)};
  END IF;`;

/** A whole object of custom fields: those that differ, each by its slug. */
const WHOLE_FIELDS = `
  IF ${differs('custom_fields')} THEN
    IF jsonb_typeof(NEW.custom_fields) = 'object' THEN
      SELECT coalesce(jsonb_object_agg(coalesce(n.key, o.key), n.value), '{}') INTO fields
      FROM jsonb_each(NEW.custom_fields) AS n
      FULL JOIN jsonb_each(CASE WHEN jsonb_typeof(OLD.custom_fields) = 'object' THEN OLD.custom_fields ELSE '{}' END) AS o USING (key)
      WHERE n.value IS DISTINCT FROM o.value;
    ELSE${columnEdit('custom_fields', 'custom_fields').replaceAll('\n', '\n    ')}
    END IF;
  END IF;`;

/**
 * SQL: whether another trigger says what an UPDATE of the view means. Then it is left to that one. It is looked up for the
 * first of the rows that are written together.
 */
const another = (
  view: string,
) => `nullif(current_setting(${literal(rowsOf(view))}, true), '') IS NULL AND EXISTS (
    SELECT FROM pg_catalog.pg_trigger
    WHERE tgrelid = TG_RELID AND tgname <> TG_NAME AND tgenabled <> 'D' AND tgtype & 64 <> 0 AND tgtype & 16 <> 0
  )`;

/** How many characters of rows wait until they are written. Adding a row copies those that wait. */
const MOST_CHARACTERS = 5_000;

/**
 * The trigger function of a view, for each row of an UPDATE: it finds the columns that differ, and what they mean for
 * the table. It runs as the caller, and has no settings of its own, for speed: it does only what the caller may do.
 *
 * @param writable The columns of the table that Pylon can change.
 */
export function editRow(view: EditedView, writable: readonly string[]): string {
  const { name, editing, columns, fields } = view;
  const { resource, targets } = editing;
  const hint = offer(view, writable);
  const ofFields = new Set(fields.map((field) => field.name));
  const known = columns.filter((column) => !ofFields.has(column));
  const of = (column: string): Target => targets[column] ?? { shows: 'is not filled any more' };
  const lookups = new Map<string, [string, Lookup][]>();
  const direct: string[] = [];
  // Columns that nobody has a reason to change are compared in one expression, which costs a fraction of one each.
  const seldom = new Map<string, string>();
  const asFields: FieldEdit[] = [];
  for (const column of known) {
    const target = of(column);
    if ('shows' in target) seldom.set(column, refused(name, column, target.shows, hint));
    else if ('field' in target)
      asFields.push({ name: column, slug: target.field, shape: 'text', part: 'value', isDefined: true });
    else if (target.lookup !== undefined)
      lookups.set(target.column, [...(lookups.get(target.column) ?? []), [column, target.lookup]]);
    else if (column === 'custom_fields') direct.push(WHOLE_FIELDS);
    else if (writable.includes(target.column)) direct.push(columnEdit(column, target.column));
    else seldom.set(column, columnEdit(column, target.column));
  }
  const hasFields = known.includes('custom_fields');
  const withFields = `
  IF fields <> '{}' THEN
    SELECT edit || jsonb_build_object('fields', fields, 'fields_stood',
        jsonb_object_agg(key, coalesce(OLD.custom_fields -> key, 'null')))
    INTO edit FROM jsonb_object_keys(fields) AS key;
    NEW.custom_fields := coalesce(NEW.custom_fields, '{}') || fields;
  END IF;`;
  return `CREATE OR REPLACE FUNCTION pylon_bi.${identifier(`_edit_${name}`)}()
RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  wanted jsonb := '{}';
  stood jsonb := '{}';
  fields jsonb := '{}';
  edit jsonb;
  referred text;
  waiting text;
BEGIN
  IF ${another(name)} THEN
    RETURN NEW;
  END IF;${whereAny([...seldom])}${direct.join('')}${[...lookups].map(([reference, shown]) => lookupEdit(name, reference, shown)).join('')}${fieldEdits(name, [...asFields, ...fields], hint, refused)}
  IF wanted = '{}' AND fields = '{}' THEN
    RETURN NEW;
  END IF;
  -- A row that a policy keeps from the caller is skipped, as in an UPDATE of the table.
  IF row_security_active(${literal(`pylon.${identifier(resource)}`)}::regclass) THEN
    PERFORM FROM pylon.${identifier(resource)} AS existing WHERE existing.id = OLD.id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
      RAISE NOTICE '${resource} % cannot be changed by you: skipped', OLD.id;
      RETURN NULL;
    END IF;
  END IF;
  edit := jsonb_build_object('id', OLD.id, 'wanted', wanted, 'stood', stood);${hasFields ? withFields : ''}
  -- Rows wait in a setting of the transaction, which a rollback takes back, and are written many at a time.
  waiting := concat_ws(',', nullif(current_setting(${literal(rowsOf(name))}, true), ''), edit);
  PERFORM set_config(${literal(rowsOf(name))}, waiting, true);
  IF length(waiting) > ${MOST_CHARACTERS} THEN
    PERFORM pylon_bi._write_rows(${literal(name)}, ${literal(resource)});
  END IF;
  RETURN NEW;
END $$`;
}
