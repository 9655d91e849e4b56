import { isObject } from '../resources/fields.ts';

/** What ids begin with of records that Pylon does not have yet: it gives them theirs when they are created. */
export const PROVISIONAL = 'local-';

export const isProvisional = (id: unknown): id is string =>
  typeof id === 'string' && id.startsWith(PROVISIONAL);

/** Provisional ids anywhere in a value. */
export function provisionalIn(value: unknown): readonly string[] {
  if (isProvisional(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(provisionalIn);
  return isObject(value) ? Object.values(value).flatMap(provisionalIn) : [];
}

/** The value with provisional ids replaced by those that Pylon gave. */
export function withIds(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return ids.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => withIds(item, ids));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withIds(inner, ids)]));
}
