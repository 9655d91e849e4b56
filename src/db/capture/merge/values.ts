import type { Resource } from '../../../resources/define.ts';
import { factsIn } from '../../../route.ts';
import { literal } from '../names.ts';

/** Attributes of functions that depend on their arguments alone. */
export const PURE = 'LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp';

const array = (names: readonly string[]) => `'{${names.join(',')}}'::text[]`;

/** SQL: a text array that depends on the function's parameter `resource`. */
function byResource(resources: readonly Resource[], of: (resource: Resource) => readonly string[]): string {
  const cases = resources
    .map((one) => [one.name, of(one)] as const)
    .filter(([, names]) => names.length > 0)
    .map(([name, names]) => `WHEN ${literal(name)} THEN ${array(names)}`);
  return cases.length === 0
    ? array([])
    : ['CASE resource', ...cases.map((one) => `  ${one}`), `  ELSE ${array([])}`, 'END'].join('\n        ');
}

/** SQL: the columns of the resource that are sets. */
export const setsOf = (resources: readonly Resource[]): string =>
  byResource(resources, ({ writes }) =>
    Object.entries(writes?.columns ?? {})
      .filter(([, { kind }]) => kind === 'set')
      .map(([column]) => column),
  );

/** SQL: the columns that the path of the request for one record needs besides the id. */
export const factsOf = (resources: readonly Resource[]): string =>
  byResource(resources, ({ get = '' }) => factsIn(get));

/** SQL: the elements of a value that should be an array. */
export const items = (value: string): string =>
  `jsonb_array_elements(CASE WHEN jsonb_typeof(${value}) = 'array' THEN ${value} ELSE '[]' END)`;

/** SQL: whether a value that should be an array has an element. */
export const has = (value: string, item: string): string =>
  `coalesce(CASE WHEN jsonb_typeof(${value}) = 'array' THEN ${value} @> jsonb_build_array(${item}) END, false)`;

/** SQL: a value that should be an object; an empty one if it is none. */
export const object = (value: string): string =>
  `CASE WHEN jsonb_typeof(${value}) = 'object' THEN ${value} ELSE '{}' END`;

/** SQL: whether a custom field has several values. */
export function isSet(base: string, wanted: string): string {
  const before = `coalesce(${base}, 'null')`;
  const after = `coalesce(${wanted}, 'null')`;
  const isSingle = (value: string) =>
    `(jsonb_typeof(${value}) <> 'array' AND ${value} NOT IN ('null', '""'))`;
  return `(
          'array' IN (jsonb_typeof(${before}), jsonb_typeof(${after}))
          AND NOT ${isSingle(before)}
          AND NOT ${isSingle(after)}
        )`;
}
