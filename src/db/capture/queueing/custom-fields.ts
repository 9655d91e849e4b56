import type { Resource } from '../../../resources/define.ts';
import type { RowNames } from '../../../resources/writes.ts';
import { literal } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';
import { inside, raise, statements, when } from './code.ts';

/** SQL: whether a custom field's value has a shape that Pylon does not accept. */
const NOT_FLAT = `CASE jsonb_typeof(given.value)
  WHEN 'object' THEN true
  WHEN 'array' THEN jsonb_path_exists(
    given.value,
    'strict $[*] ? (@.type() == "null" || @.type() == "array" || @.type() == "object")'
  )
  ELSE false
END`;

const ERROR = { ERRCODE: `'${REFUSED.value}'`, COLUMN: "'custom_fields'" };

/**
 * SQL that collects the custom fields that a statement changed, and refuses unknown and read-only ones: of a resource
 * whose definitions Pylon lists. `before` runs before an error is raised.
 */
export function customFields(
  row: RowNames,
  { name, customFields: fields }: Pick<Resource, 'name' | 'customFields'>,
  before = '',
): string {
  const [is, was] = [row.is('custom_fields'), row.was('custom_fields')];
  const { kind, builtIn = [] } = fields ?? { kind: '' };
  const noObject = raise(
    [`'custom_fields of pylon.${name} takes an object, slug to value'`],
    {
      ...ERROR,
      HINT: `'custom_fields || ''{"slug": "value"}'' sets one, custom_fields - ''slug'' unsets one.'`,
    },
    before,
  );
  const collect = `SELECT
  jsonb_object_agg(coalesce(n.key, o.key), pylon_sync._as_texts(coalesce(n.value, 'null'))),
  jsonb_object_agg(coalesce(n.key, o.key), pylon_sync._as_texts(coalesce(o.value, 'null')))
INTO wanted, stood
FROM jsonb_each(${is}) AS n
FULL JOIN jsonb_each(CASE WHEN jsonb_typeof(${was}) = 'object' THEN ${was} ELSE '{}' END) AS o
  ON n.key = o.key
WHERE n.value IS DISTINCT FROM o.value;`;
  const find = `SELECT
  string_agg(
    format('"%s" %s', given.slug, CASE WHEN field.slug IS NULL THEN 'is unknown' ELSE 'is read-only' END),
    ', '
  )
INTO wrong
FROM jsonb_object_keys(wanted) AS given(slug)
LEFT JOIN LATERAL (
  SELECT f.slug, f.is_read_only
  FROM pylon.custom_fields AS f
  WHERE f.object_type = ${literal(kind)}
    AND f.slug = given.slug
    AND f._deleted_at IS NULL
  ORDER BY f.is_read_only IS TRUE
  LIMIT 1
) AS field(slug, is_read_only) ON true
WHERE (field.slug IS NULL OR field.is_read_only IS TRUE)
  AND given.slug <> ALL (${builtIn.length === 0 ? `'{}'::text[]` : `ARRAY[${builtIn.map(literal).join(', ')}]`});`;
  const cannotChange = raise(
    [`'custom field of pylon.${name}: %'`, 'wrong'],
    {
      ...ERROR,
      HINT: `'Can be changed: ' || coalesce(
  (
    SELECT string_agg(f.slug, ', ' ORDER BY f.slug)
    FROM pylon.custom_fields AS f
    WHERE f.object_type = ${literal(kind)}
      AND f.is_read_only IS NOT TRUE
      AND f._deleted_at IS NULL
  ),
  'none'
)`,
    },
    before,
  );
  const findNested = `SELECT string_agg(format('"%s"', given.slug), ', ')
INTO wrong
FROM jsonb_each(wanted) AS given(slug, value)
WHERE
${inside(NOT_FLAT)};`;
  const isNested = raise(
    [`'custom field of pylon.${name}: % takes a value or a list of values'`, 'wrong'],
    { ...ERROR, HINT: "'A list holds no NULL and no other list.'" },
    before,
  );
  const note = `changes := changes || jsonb_build_object('custom_fields', wanted);
base := base || jsonb_build_object('custom_fields', stood);`;
  const KNOWN =
    "wrong IS NOT NULL AND pylon_sync._validates() AND pylon_sync._known_since('custom_fields') IS NOT NULL";
  const defined = fields === undefined ? [] : [find, when(KNOWN, cannotChange)];
  const checked = statements([...defined, findNested, when('wrong IS NOT NULL', isNested), note]);
  return when(
    `${is} IS DISTINCT FROM ${was}`,
    statements([
      when(`jsonb_typeof(${is}) IS DISTINCT FROM 'object'`, noObject),
      collect,
      when('wanted IS NOT NULL', checked),
    ]),
  );
}
