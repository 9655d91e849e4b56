import type { Resource } from '../../resources/define.ts';
import type { WriteColumn } from '../../resources/writes.ts';
import { identifier, literal } from './names.ts';
import { REFUSED } from './shared.ts';

/** Of an insert too: `OLD` holds nothing there. */
export const DIFFERS = (column: string) =>
  `NEW.${identifier(column)} IS DISTINCT FROM OLD.${identifier(column)}`;

/** A value as edits keep it: instants in UTC, whatever the session's zone. */
export function jsonOf(row: 'NEW' | 'OLD', column: string, type: string): string {
  const name = `${row}.${identifier(column)}`;
  if (type !== 'timestamp with time zone') return `to_jsonb(${name})`;
  return `to_jsonb(to_char(${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;
}

/** Custom fields that a statement changed: unknown and read-only ones are refused. */
export function customFields(
  name: string,
  { objectType, builtIn = [] }: NonNullable<Resource['writes']>,
): string {
  return `
     IF NEW.custom_fields IS DISTINCT FROM OLD.custom_fields THEN
       IF jsonb_typeof(NEW.custom_fields) IS DISTINCT FROM 'object' THEN
         RAISE EXCEPTION 'custom_fields of pylon.${name} takes an object, slug to value'
           USING ERRCODE = '${REFUSED.value}', COLUMN = 'custom_fields',
                 HINT = 'custom_fields || ''{"slug": "value"}'' sets one, custom_fields - ''slug'' unsets one.';
       END IF;
       SELECT jsonb_object_agg(coalesce(n.key, o.key), pylon_sync.as_texts(coalesce(n.value, 'null'))),
              jsonb_object_agg(coalesce(n.key, o.key), pylon_sync.as_texts(coalesce(o.value, 'null')))
         INTO wanted, stood
         FROM jsonb_each(NEW.custom_fields) AS n
         FULL JOIN jsonb_each(CASE WHEN jsonb_typeof(OLD.custom_fields) = 'object' THEN OLD.custom_fields ELSE '{}' END) AS o
           ON n.key = o.key
        WHERE n.value IS DISTINCT FROM o.value;
       IF wanted IS NOT NULL THEN
         SELECT string_agg(format('"%s" %s', given.slug, CASE WHEN field.slug IS NULL THEN 'is unknown' ELSE 'is read-only' END), ', ')
           INTO wrong
           FROM jsonb_object_keys(wanted) AS given(slug)
           LEFT JOIN LATERAL (
             SELECT f.slug, f.is_read_only FROM pylon.custom_fields AS f
              WHERE f.object_type = ${literal(objectType ?? '')} AND f.slug = given.slug AND f._deleted_at IS NULL
              ORDER BY f.is_read_only IS TRUE LIMIT 1) AS field(slug, is_read_only) ON true
          WHERE (field.slug IS NULL OR field.is_read_only IS TRUE)
            AND given.slug <> ALL (${builtIn.length === 0 ? `'{}'::text[]` : `ARRAY[${builtIn.map(literal).join(', ')}]`});
         IF wrong IS NOT NULL THEN
           RAISE EXCEPTION 'custom field of pylon.${name}: %', wrong
             USING ERRCODE = '${REFUSED.value}', COLUMN = 'custom_fields',
                   HINT = 'Can be changed: ' || coalesce((
                     SELECT string_agg(f.slug, ', ' ORDER BY f.slug) FROM pylon.custom_fields AS f
                      WHERE f.object_type = ${literal(objectType ?? '')} AND f.is_read_only IS NOT TRUE
                        AND f._deleted_at IS NULL), 'none');
         END IF;
         SELECT string_agg(format('"%s"', given.slug), ', ') INTO wrong FROM jsonb_each(wanted) AS given(slug, held)
          WHERE jsonb_typeof(given.held) = 'object' OR jsonb_typeof(given.held) = 'array' AND EXISTS (
            SELECT FROM jsonb_array_elements(CASE jsonb_typeof(given.held) WHEN 'array' THEN given.held ELSE '[]' END) AS item
             WHERE jsonb_typeof(item) IN ('object', 'array', 'null'));
         IF wrong IS NOT NULL THEN
           RAISE EXCEPTION 'custom field of pylon.${name}: % takes a value or a list of values', wrong
             USING ERRCODE = '${REFUSED.value}', COLUMN = 'custom_fields';
         END IF;
         changes := changes || jsonb_build_object('custom_fields', wanted);
         base := base || jsonb_build_object('custom_fields', stood);
       END IF;
     END IF;`;
}

/** Refuses what a column can never take. */
export function refusals(table: string, column: string, { empty, values }: WriteColumn): string {
  const name = identifier(column);
  const whenNull =
    empty === undefined
      ? `
       IF NEW.${name} IS NULL THEN
         RAISE EXCEPTION 'column "${column}" of pylon.${table} cannot be emptied: Pylon has no way to'
           USING ERRCODE = '${REFUSED.null}', COLUMN = ${literal(column)};
       END IF;`
      : '';
  const whenOther =
    values === undefined
      ? ''
      : `
       IF NEW.${name} <> ALL (ARRAY[${values.map(literal).join(', ')}]) THEN
         RAISE EXCEPTION 'column "${column}" of pylon.${table} cannot be "%"', NEW.${name}
           USING ERRCODE = '${REFUSED.value}', COLUMN = ${literal(column)}, HINT = ${literal(`It takes ${values.join(', ')}.`)};
       END IF;`;
  return whenNull + whenOther;
}
