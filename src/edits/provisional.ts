import { isObject } from '../resources/fields.ts';

/** The prefix of provisional ids, which records have until Pylon creates them and gives them an id. */
export const PROVISIONAL = 'local-';

export const isProvisional = (id: unknown): id is string =>
  typeof id === 'string' && id.startsWith(PROVISIONAL);

/** Provisional ids anywhere in a value. */
export function provisionalIn(value: unknown): readonly string[] {
  if (isProvisional(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(provisionalIn);
  return isObject(value) ? Object.values(value).flatMap(provisionalIn) : [];
}

/** The value with provisional ids replaced by Pylon's. */
export function withIds(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return ids.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => withIds(item, ids));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withIds(inner, ids)]));
}
