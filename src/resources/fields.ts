import { ExactNumber } from '../exact.ts';
import type { PylonObject } from './define.ts';

/**
 * Readers of what Pylon nests. None throws, whatever it is given: a shape that is not the expected one
 * yields `undefined`, and what was not read must be returned in `_extra`.
 */

export const isObject = (value: unknown): value is PylonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

/** The fields of a nested object; none where the value is no object. */
export const fieldsOf = (value: unknown): PylonObject => (isObject(value) ? value : {});

/** The id in a reference, which is an object with an id or the bare id. */
export const idOf = (reference: unknown): unknown =>
  typeof reference === 'string' ? reference : fieldsOf(reference).id;

/** The e-mail that came with a reference: kept because the object it points to may be gone. */
export const emailOf = (reference: unknown): unknown => fieldsOf(reference).email;

/** The ids in a list of references; elements without one are left out. */
export function idsOf(references: unknown): readonly string[] | undefined {
  if (!Array.isArray(references)) return undefined;
  return references.map(idOf).filter((id) => typeof id === 'string');
}

/** External ids as `{external_id, label?}`; the older form, a list of strings, has no labels. */
export function externalIds(value: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((item: unknown) => (typeof item === 'string' ? { external_id: item } : item));
}

/** Sets a field whatever it is called: assigned, `__proto__` would not become one. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

/** The entries that hold something; `undefined` when none does, so that an `_extra` of nothing is none. */
export function present(entries: PylonObject): PylonObject | undefined {
  let filled: Record<string, unknown> | undefined;
  for (const key in entries) {
    const value = entries[key];
    if (value == null) continue;
    filled ??= {};
    put(filled, key, value);
  }
  return filled;
}

/** Keys of a nested object that columns hold, and inside those the keys that do. */
export interface Covered {
  readonly [key: string]: true | Covered;
}

/** The keys of a reference that become columns. */
export const REFERENCE = { id: true, email: true } as const satisfies Covered;

/** The keys of an actor (author, assignee): one of the two references is set. */
export const ACTOR = { user: REFERENCE, contact: REFERENCE } as const satisfies Covered;

/** What columns do not hold of a nested value, for `_extra`. A bare string counts as the id it stands for. */
export function leftOver(value: unknown, covered: Covered): unknown {
  if (!isObject(value)) return typeof value === 'string' && covered.id === true ? undefined : value;
  let rest: Record<string, unknown> | undefined;
  for (const key in value) {
    const deeper = Object.hasOwn(covered, key) ? covered[key] : undefined;
    const inner = value[key];
    const inRest = deeper === undefined ? inner : deeper === true ? undefined : leftOver(inner, deeper);
    if (inRest == null) continue;
    rest ??= {};
    put(rest, key, inRest);
  }
  return rest;
}

/**
 * Values of older names (`older name → field`) that the field itself did not need, for `_extra`: where an
 * object has both, they are two facts, and neither is dropped.
 */
export function shadowed(object: PylonObject, olderNames: Readonly<Record<string, string>>): PylonObject {
  const unused = Object.entries(olderNames).filter(([, field]) => object[field] != null);
  return Object.fromEntries(unused.map(([older]) => [older, object[older]]));
}
