import type { PylonObject } from './define.ts';
import { isObject } from './fields.ts';

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** A value a flat object may hold: what Pylon calls a value, or a list of them. */
const isFlat = (value: unknown): boolean =>
  isScalar(value) || (Array.isArray(value) && value.every(isScalar));

const isEmpty = (value: unknown): boolean =>
  value == null || value === '' || (Array.isArray(value) && value.length === 0);

/** An entry `{slug, value?, values?}` taken apart: its value (undefined when unset) and everything else. */
function splitEntry(slug: string, entry: PylonObject): [unknown, unknown] {
  const { value, values } = entry;
  const many = Array.isArray(values) && values.length > 0 && isFlat(values);
  const one = !many && isScalar(value);
  const rest: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(entry)) {
    if (key === 'value' && (one || isEmpty(inner))) continue;
    if (key === 'values' && (many || isEmpty(inner))) continue;
    if (inner == null || (key === 'slug' && inner === slug)) continue;
    rest.push([key, inner]);
  }
  return [many ? values : one ? value : undefined, rest.length === 0 ? undefined : Object.fromEntries(rest)];
}

/**
 * Custom fields as Pylon sends them (slug → `{slug, value}` or `{slug, values}`, or slug → the value itself)
 * as a flat object slug → value or list of values, unset ones left out. `rest` is what the flat object cannot
 * say, by slug: undocumented keys of entries, entries of unknown shape.
 */
export function splitCustomFields(value: unknown): { readonly flat: unknown; readonly rest: unknown } {
  if (value == null) return { flat: undefined, rest: undefined };
  if (!isObject(value)) return { flat: {}, rest: value };
  const flat: [string, unknown][] = [];
  const rest: [string, unknown][] = [];
  for (const [slug, entry] of Object.entries(value)) {
    const [set, left] = isObject(entry)
      ? splitEntry(slug, entry)
      : isFlat(entry)
        ? [entry, undefined]
        : [undefined, entry];
    if (set != null) flat.push([slug, set]);
    if (left != null) rest.push([slug, left]);
  }
  return { flat: Object.fromEntries(flat), rest: rest.length === 0 ? undefined : Object.fromEntries(rest) };
}
