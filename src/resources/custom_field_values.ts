import { ExactNumber } from '../exact.ts';
import type { PylonObject } from './define.ts';
import { isEmpty, isObject, put } from './fields.ts';

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' ||
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  value instanceof ExactNumber;

/** A value a flat object may hold: what Pylon calls a value, or a list of them. */
const isFlat = (value: unknown): boolean =>
  isScalar(value) || (Array.isArray(value) && value.every(isScalar));

/** An entry `{slug, value?, values?}` taken apart: its value (undefined when unset) and everything else. */
function splitEntry(slug: string, entry: PylonObject): { readonly set: unknown; readonly left: unknown } {
  const { value, values } = entry;
  const many = Array.isArray(values) && values.length > 0 && isFlat(values);
  const one = !many && isScalar(value);
  let left: Record<string, unknown> | undefined;
  for (const key in entry) {
    const inner = entry[key];
    if (key === 'value' && (one || isEmpty(inner))) continue;
    if (key === 'values' && (many || isEmpty(inner))) continue;
    if (inner == null || (key === 'slug' && inner === slug)) continue;
    left ??= {};
    put(left, key, inner);
  }
  return { set: many ? values : one ? value : undefined, left };
}

/**
 * Custom fields as Pylon sends them (slug → `{slug, value}` or `{slug, values}`, or slug → the value itself)
 * as a flat object slug → value or list of values, unset ones left out. `rest` is what the flat object cannot
 * say, by slug: undocumented keys of entries, entries of unknown shape.
 */
export function splitCustomFields(value: unknown): { readonly flat: unknown; readonly rest: unknown } {
  if (value == null) return { flat: undefined, rest: undefined };
  if (!isObject(value)) return { flat: {}, rest: value };
  const flat: Record<string, unknown> = {};
  let rest: Record<string, unknown> | undefined;
  for (const slug in value) {
    const entry = value[slug];
    const { set, left } = isObject(entry)
      ? splitEntry(slug, entry)
      : isFlat(entry)
        ? { set: entry, left: undefined }
        : { set: undefined, left: entry };
    if (set != null) put(flat, slug, set);
    if (left == null) continue;
    rest ??= {};
    put(rest, slug, left);
  }
  return { flat, rest };
}
