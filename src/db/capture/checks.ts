import type { Resource } from '../../resources/define.ts';
import type { Kind, RowNames, WriteColumn } from '../../resources/writes.ts';
import { literal } from './names.ts';
import { REFUSED } from './sqlstates.ts';

/** SQL: whether a column changed; on INSERT, whether it is not null. */
export const differs = ({ was, is }: RowNames, column: string): string =>
  `${is(column)} IS DISTINCT FROM ${was(column)}`;

/** SQL: a value as edits store it, with instants in UTC. */
export const jsonOf = (value: string, type: string): string =>
  type === 'timestamp with time zone'
    ? `to_jsonb(to_char(${value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`
    : `to_jsonb(${value})`;

/**
 * SQL that checks the custom fields that a statement changed, and refuses unknown and read-only ones: of a resource
 * whose definitions Pylon lists.
 */
export function customFields(
  row: RowNames,
  { name, customFields: fields }: Pick<Resource, 'name' | 'customFields'>,
): string {
  const [is, was] = [row.is('custom_fields'), row.was('custom_fields')];
  const { kind, builtIn = [] } = fields ?? { kind: '' };
  return `
     IF ${is} IS DISTINCT FROM ${was} THEN
       IF jsonb_typeof(${is}) IS DISTINCT FROM 'object' THEN
         RAISE EXCEPTION 'custom_fields of pylon.${name} takes an object, slug to value'
           USING ERRCODE = '${REFUSED.value}', COLUMN = 'custom_fields',
                 HINT = 'custom_fields || ''{"slug": "value"}'' sets one, custom_fields - ''slug'' unsets one.';
       END IF;
       SELECT jsonb_object_agg(coalesce(n.key, o.key), pylon_sync._as_texts(coalesce(n.value, 'null'))),
              jsonb_object_agg(coalesce(n.key, o.key), pylon_sync._as_texts(coalesce(o.value, 'null')))
         INTO wanted, stood
         FROM jsonb_each(${is}) AS n
         FULL JOIN jsonb_each(CASE WHEN jsonb_typeof(${was}) = 'object' THEN ${was} ELSE '{}' END) AS o
           ON n.key = o.key
        WHERE n.value IS DISTINCT FROM o.value;
       IF wanted IS NOT NULL THEN
         SELECT string_agg(format('"%s" %s', given.slug, CASE WHEN field.slug IS NULL THEN 'is unknown' ELSE 'is read-only' END), ', ')
           INTO wrong
           FROM jsonb_object_keys(wanted) AS given(slug)
           LEFT JOIN LATERAL (
             SELECT f.slug, f.is_read_only FROM pylon.custom_fields AS f
              WHERE f.object_type = ${literal(kind)} AND f.slug = given.slug AND f._deleted_at IS NULL
              ORDER BY f.is_read_only IS TRUE LIMIT 1) AS field(slug, is_read_only) ON true
          WHERE ${fields === undefined ? 'false' : 'true'} AND (field.slug IS NULL OR field.is_read_only IS TRUE)
            AND given.slug <> ALL (${builtIn.length === 0 ? `'{}'::text[]` : `ARRAY[${builtIn.map(literal).join(', ')}]`});
         IF wrong IS NOT NULL AND pylon_sync._validates() AND pylon_sync._known_since('custom_fields') IS NOT NULL THEN
           RAISE EXCEPTION 'custom field of pylon.${name}: %', wrong
             USING ERRCODE = '${REFUSED.value}', COLUMN = 'custom_fields',
                   HINT = 'Can be changed: ' || coalesce((
                     SELECT string_agg(f.slug, ', ' ORDER BY f.slug) FROM pylon.custom_fields AS f
                      WHERE f.object_type = ${literal(kind)} AND f.is_read_only IS NOT TRUE
                        AND f._deleted_at IS NULL), 'none');
         END IF;
         SELECT string_agg(format('"%s"', given.slug), ', ') INTO wrong
           FROM jsonb_each(wanted) AS given(slug, value) WHERE ${notFlat('given.value')};
         IF wrong IS NOT NULL THEN
           RAISE EXCEPTION 'custom field of pylon.${name}: % takes a value or a list of values', wrong
             USING ERRCODE = '${REFUSED.value}', COLUMN = 'custom_fields', HINT = 'A list holds no NULL and no other list.';
         END IF;
         changes := changes || jsonb_build_object('custom_fields', wanted);
         base := base || jsonb_build_object('custom_fields', stood);
       END IF;
     END IF;`;
}

/** SQL: whether a custom field's value has a shape that Pylon does not accept. */
const notFlat = (value: string) => `CASE jsonb_typeof(${value}) WHEN 'object' THEN true
             WHEN 'array' THEN jsonb_path_exists(${value}, 'strict $[*] ? (@.type() == "null" || @.type() == "array" || @.type() == "object")')
             ELSE false END`;

/**
 * What a value must be, for error messages, and the SQL condition under which it is not; undefined if its type
 * suffices.
 */
export function shapeOf(
  value: string,
  type: string,
  kind: Kind = 'value',
): { readonly takes: string; readonly unless: string } | undefined {
  if (type === 'text[]')
    return {
      takes: 'a list of texts, in one dimension and without NULL',
      unless: `CASE WHEN array_ndims(${value}) > 1 THEN true ELSE array_position(${value}, NULL::text) IS NOT NULL END`,
    };
  if (type === 'timestamp with time zone' || type === 'timestamptz')
    return {
      takes: 'an instant of the years 2 to 9999: the first year stands for no time',
      unless: `CASE WHEN isfinite(${value}) THEN extract(year FROM ${value} AT TIME ZONE 'UTC') NOT BETWEEN 2 AND 9999 ELSE true END`,
    };
  if (type === 'jsonb' && kind === 'list')
    return {
      takes: 'a list of objects',
      unless: `CASE jsonb_typeof(${value}) WHEN 'array'
         THEN jsonb_path_exists(${value}, 'strict $[*] ? (@.type() != "object")') ELSE true END`,
    };
  if (type === 'jsonb') return { takes: 'an object', unless: `jsonb_typeof(${value}) <> 'object'` };
  return undefined;
}

/** SQL that refuses values which a column can never accept; `type` is the column's. */
export function refusals(
  { is }: RowNames,
  table: string,
  column: string,
  { kind }: WriteColumn,
  type: string,
): string {
  const value = is(column);
  const shape = shapeOf(value, type, kind);
  const whenShapeless =
    shape === undefined
      ? ''
      : `
       IF ${value} IS NOT NULL AND (${shape.unless}) THEN
         RAISE EXCEPTION 'column "${column}" of pylon.${table} takes ${shape.takes}'
           USING ERRCODE = '${REFUSED.value}', COLUMN = ${literal(column)};
       END IF;`;
  return whenShapeless;
}
