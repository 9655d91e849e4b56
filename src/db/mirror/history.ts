import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Values } from '../../edits/merge.ts';
import { toJson } from '../../exact.ts';
import type { MirrorTable, Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { editsAs } from '../edits/table.ts';
import { changes, edits } from '../tables.ts';

const edit = editsAs('edit');

/**
 * Digests of rows whose content is not Pylon's: erased, or inserted here. No answer has such a digest, so that the
 * next answer replaces the row; that counts as no change of fields.
 */
export const ERASED = 'erased';
export const MADE_HERE = 'made here';
export const UNSEEN: readonly string[] = [ERASED, MADE_HERE];

/** SQL: whether two values of a column, before and after, differ. */
type Differs = (was: SQL, is: SQL) => SQL;

const isDistinct: Differs = (was, is) => sql`${was} IS DISTINCT FROM ${is}`;

/** Pylon treats null and an empty text as equal, and null and an empty list. The order of a list has no meaning. */
const DIFFERS: Readonly<Record<string, Differs>> = {
  text: (was, is) => sql`nullif(${was}, '') IS DISTINCT FROM nullif(${is}, '')`,
  'text[]': (was, is) =>
    sql`NOT (coalesce(${was}, '{}') @> coalesce(${is}, '{}') AND coalesce(${was}, '{}') <@ coalesce(${is}, '{}'))`,
};

const typeOf = (table: MirrorTable, column: string): string =>
  (getTableColumns(table) as Readonly<Record<string, { getSQLType(): string } | undefined>>)[
    column
  ]?.getSQLType() ?? '';

const of = (alias: string, column: string): SQL => sql`${sql.identifier(alias)}.${sql.identifier(column)}`;

/** SQL: the custom fields of a row as a set of `(key, value)`, without empty ones. */
const fieldsOf = (alias: string): SQL => {
  const fields = of(alias, 'custom_fields');
  return sql`(SELECT key, value FROM jsonb_each(CASE jsonb_typeof(${fields}) WHEN 'object' THEN ${fields} END)
               WHERE value NOT IN ('null', '""', '[]'))`;
};

/** SQL: each custom field that differs. The order of lists has no meaning. */
const CUSTOM_FIELDS = sql`
  SELECT 'custom_fields.' || key, before.value, after.value
    FROM ${fieldsOf('was')} AS before FULL JOIN ${fieldsOf('becomes')} AS after USING (key)
   WHERE was.custom_fields IS DISTINCT FROM becomes.custom_fields AND before.value IS DISTINCT FROM after.value
     AND NOT (jsonb_typeof(before.value) = 'array' AND jsonb_typeof(after.value) = 'array'
              AND before.value @> after.value AND before.value <@ after.value) IS TRUE`;

/** The fields in which two rows, `was` and `becomes`, differ, as a set of `(field, old, new)`. */
function differences({ table, history = [] }: Resource): SQL {
  const parts = history.map((column) => {
    const type = typeOf(table, column);
    if (type === 'jsonb') return CUSTOM_FIELDS;
    const [was, is] = [of('was', column), of('becomes', column)];
    return sql`SELECT ${sql.raw(`'${column}'`)}, to_jsonb(${was}), to_jsonb(${is}) WHERE ${(DIFFERS[type] ?? isDistinct)(was, is)}`;
  });
  return sql`LATERAL (${sql.join(parts, sql` UNION ALL `)}) AS changed(field, old, new)`;
}

/** Columns that `differences` and `changedAt` look at. */
export const trackedColumns = ({ table, history = [] }: Resource): readonly string[] =>
  history.length === 0 ? [] : [...history, ...('updated_at' in table ? ['updated_at'] : [])];

/** SQL: when Pylon says that the change was made; null if `updated_at` did not advance. */
const changedAt = ({ table }: Resource): SQL =>
  'updated_at' in table
    ? sql`CASE WHEN becomes.updated_at > coalesce(was.updated_at, '-infinity') THEN becomes.updated_at END`
    : sql`NULL::timestamptz`;

const row = (alias: string, columns: readonly string[]) =>
  sql`(${sql.join(
    columns.map((column) => of(alias, column)),
    sql`, `,
  )})`;

/**
 * SQL that notes the changes which a writing statement makes. The statement must define `was` and `becomes`: the ids
 * and tracked columns of the rows before and after it.
 */
export function noting(resource: Resource): SQL {
  const { history = [], name } = resource;
  return sql`
    INSERT INTO ${changes} (resource, record_id, field, old, new, changed_at)
    SELECT ${name}, was.id, changed.field, changed.old, changed.new, ${changedAt(resource)}
      FROM was JOIN becomes USING (id) CROSS JOIN ${differences(resource)}
     WHERE ${row('was', history)} IS DISTINCT FROM ${row('becomes', history)}`;
}

/** Pylon's values of a record before and after a change, and the edit that caused it; undefined if none did. */
export interface Step {
  readonly id: string;
  readonly was: Values;
  readonly becomes: Values;
  readonly edit?: number | undefined;
}

/** Notes the changes of records, step by step. */
export async function noteChanges(tx: Executor, resource: Resource, steps: readonly Step[]): Promise<void> {
  const { table, name } = resource;
  const columns = trackedColumns(resource);
  if (columns.length === 0 || steps.length === 0) return;
  const types = sql.join(
    columns.map((column) => sql`${sql.identifier(column)} ${sql.raw(typeOf(table, column))}`),
    sql`, `,
  );
  const tracked = (values: Values) =>
    Object.fromEntries(columns.map((column) => [column, values[column] ?? null]));
  const given = steps.map(({ id, was, becomes, edit }) => ({
    id,
    edit,
    was: tracked(was),
    becomes: tracked(becomes),
  }));
  await tx.execute(sql`
    INSERT INTO ${changes} (resource, record_id, field, old, new, changed_at, edit_id, actor)
    SELECT ${name}, step.id, changed.field, changed.old, changed.new,
           CASE WHEN ${edit.id} IS NULL THEN ${changedAt(resource)} ELSE ${edit.sent_at} END, ${edit.id}, ${edit.actor}
      FROM ROWS FROM (jsonb_to_recordset(${toJson(given)}::jsonb) AS (id text, edit bigint, was jsonb, becomes jsonb))
           WITH ORDINALITY AS step(id, edit, was, becomes, place)
     CROSS JOIN LATERAL jsonb_to_record(step.was) AS was(${types})
     CROSS JOIN LATERAL jsonb_to_record(step.becomes) AS becomes(${types})
     CROSS JOIN ${differences(resource)}
      LEFT JOIN ${edits} AS edit ON ${edit.id} = step.edit
     ORDER BY step.place`);
}
