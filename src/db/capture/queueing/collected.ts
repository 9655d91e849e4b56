import { getTableColumns } from 'drizzle-orm';
import { takes } from '../../../edits/body.ts';
import type { Resource } from '../../../resources/define.ts';
import type { Impossible, RowNames, Writes } from '../../../resources/writes.ts';
import { literal } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';
import { SEND_ANYWAY } from '../validation/send-anyway.ts';
import { raise, statements, when } from './code.ts';
import { customFields } from './custom-fields.ts';
import { shapeOf } from './shapes.ts';

/** The variables of a function that uses `collected`. */
export const VARIABLES = `  changes jsonb := '{}';
  base jsonb := '{}';
  wanted jsonb;
  stood jsonb;
  wrong text;`;

/** SQL: whether a column changed; on INSERT, whether it is not null. */
const differs = ({ was, is }: RowNames, column: string): string =>
  `${is(column)} IS DISTINCT FROM ${was(column)}`;

/** SQL: a value as edits store it, with instants in UTC. */
const jsonOf = (value: string, type: string): string =>
  type === 'timestamp with time zone'
    ? `to_jsonb(to_char(${value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`
    : `to_jsonb(${value})`;

/**
 * The columns whose new value a condition looks at. The check runs only if one of them changed: values that Pylon itself
 * has set are allowed.
 */
function namedIn(condition: Impossible['when']): readonly string[] {
  const names = new Set<string>();
  const is = (column: string) => {
    names.add(column);
    return column;
  };
  condition({ is, was: (column) => column });
  return [...names];
}

/**
 * SQL that collects the columns' new and old values in `changes` and `base`, and refuses values that Pylon does not
 * accept. `before` runs before an error is raised.
 */
export function collected(
  row: RowNames,
  resource: Resource,
  writes: Writes,
  operation: 'create' | 'update',
  before = '',
): string {
  const { name } = resource;
  const types = getTableColumns(resource.table) as Record<string, { getSQLType(): string }>;
  const columns = Object.entries(writes.columns).filter(
    ([, column]) => operation === 'create' || takes(column, 'update'),
  );
  const given = columns.map(([column, how]) => {
    if (how.kind === 'custom_fields') return customFields(row, resource, before);
    const type = types[column]?.getSQLType() ?? '';
    const shape = shapeOf(row.is(column), type, how.kind);
    const error = { ERRCODE: `'${REFUSED.value}'`, COLUMN: literal(column) };
    const refuseShape =
      shape === undefined
        ? ''
        : when(
            `${row.is(column)} IS NOT NULL AND (${shape.unless})`,
            raise([`'column "${column}" of pylon.${name} takes ${shape.takes}'`], error, before),
          );
    const note = `changes := changes || jsonb_build_object(${literal(column)}, ${jsonOf(row.is(column), type)});
base := base || jsonb_build_object(${literal(column)}, ${jsonOf(row.was(column), type)});`;
    return when(differs(row, column), statements([refuseShape, note]));
  });
  const checks = (writes.impossible ?? []).map(({ column, when: isImpossible, because }) => {
    const changed = namedIn(isImpossible).map((named) => differs(row, named));
    return when(
      `(${changed.join(' OR ')}) AND (${isImpossible(row)}) AND pylon_sync._validates()`,
      raise(
        [`'column "${column}" of pylon.${name}: %'`, literal(because)],
        { ERRCODE: `'${REFUSED.value}'`, COLUMN: literal(column), HINT: `'${SEND_ANYWAY}'` },
        before,
      ),
    );
  });
  // What is missing comes before what is wrong. A new row's columns differ where they are given.
  const required =
    operation === 'create'
      ? []
      : columns.filter(([, { kind, empty }]) => kind !== 'custom_fields' && empty === undefined);
  const emptied = refuseEmptied(
    row,
    name,
    required.map(([column]) => column),
  );
  return statements([emptied, ...given, ...checks]);
}

/** SQL that refuses NULLs for which Pylon has no value, all columns of a row at once. */
function refuseEmptied(row: RowNames, table: string, columns: readonly string[]): string {
  if (columns.length === 0) return '';
  const isEmptied = (column: string) => `${row.is(column)} IS NULL AND ${row.was(column)} IS NOT NULL`;
  const cases = columns.map((column) => `  WHEN ${isEmptied(column)} THEN ${literal(column)}`);
  return when(
    columns.map(isEmptied).join('\n  OR '),
    `wrong := CASE
${cases.join('\n')}
END;
${raise([`'column "%" of pylon.${table} cannot be emptied: Pylon has no way to'`, 'wrong'], {
  ERRCODE: `'${REFUSED.null}'`,
  COLUMN: 'wrong',
})}`,
  );
}
