import { ExactNumber, toJson } from './exact.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Checks without copying, because servers usually send keys in order. */
function isOrdered(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isOrdered);
  let last = '';
  for (const key in value) {
    if (key < last || !isOrdered(value[key as keyof typeof value])) return false;
    last = key;
  }
  return true;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

/** An object with what `of` makes of its fields. A key `__proto__` is one like any other. */
const mapped = (object: Fields, keys: readonly string[], of: (value: unknown) => unknown): Fields =>
  Object.fromEntries(keys.map((key) => [key, of(object[key])]));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  return isFields(value) ? mapped(value, Object.keys(value).sort(), sorted) : value;
}

/** The value with the keys of every object sorted, so that the order in which a server sends them does not matter. */
export const ordered = (value: unknown): unknown => (isOrdered(value) ? value : sorted(value));

/** A value without the nulls in its lists and objects, at whatever depth. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item != null).map(withoutNulls);
  if (!isFields(value)) return value;
  return mapped(
    value,
    Object.keys(value).filter((key) => value[key] != null),
    withoutNulls,
  );
}

/** A value with its numbers that no double holds as objects that are the same for all spellings of one number. */
function byValue(value: unknown): unknown {
  if (value instanceof ExactNumber) return { exact: value.normalized };
  if (Array.isArray(value)) return value.map(byValue);
  return isFields(value) ? mapped(value, Object.keys(value), byValue) : value;
}

/** JSON that is the same for two values which say the same: keys in order, no nulls, numbers by their value. */
export const canonicalJson = (value: unknown): string => toJson(ordered(byValue(withoutNulls(value))));
