import type { Kind } from '../../../resources/writes.ts';

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
      unless: `CASE jsonb_typeof(${value}) WHEN 'array' THEN jsonb_path_exists(${value}, 'strict $[*] ? (@.type() != "object")') ELSE true END`,
    };
  if (type === 'jsonb') return { takes: 'an object', unless: `jsonb_typeof(${value}) <> 'object'` };
  return undefined;
}
