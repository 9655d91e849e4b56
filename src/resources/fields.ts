import { ExactNumber } from '../exact.ts';
import type { PylonObject } from './define.ts';

/**
 * Readers of nested values. None throws: for an unexpected shape they return `undefined`, and what they do
 * not read must be returned in `_extra`.
 */

export const isObject = (value: unknown): value is PylonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

/** The fields of a nested object; none where the value is no object. */
export const fieldsOf = (value: unknown): PylonObject => (isObject(value) ? value : {});

/** An id as text, as ids are stored; undefined for anything but text and whole numbers. */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const isWhole = Number.isInteger(value) || (value instanceof ExactNumber && /^-?\d+$/.test(value.digits));
  return isWhole ? String(value) : undefined;
}

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

/** Whether Pylon holds a value as none: it returns null, an empty text and an empty list for one another. */
export const isEmpty = (value: unknown): boolean =>
  value == null || value === '' || (Array.isArray(value) && value.length === 0);

/** Sets a field of any name: by assignment, `__proto__` would not become a field. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

/** The entries with a value; `undefined` if none has one, so that no empty `_extra` is stored. */
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

/** Keys of a nested object that have columns, and inside those the keys that have. */
export interface Covered {
  readonly [key: string]: true | Covered;
}

/** The keys of a reference that become columns. */
export const REFERENCE = { id: true, email: true } as const satisfies Covered;

/** The keys of an actor (author, assignee): one of the two references is set. */
export const ACTOR = { user: REFERENCE, contact: REFERENCE } as const satisfies Covered;

/** The part of a nested value that no column has, for `_extra`. A bare string counts as an id. */
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
 * Values under older names (`older name → field`) that are not the field's value, for `_extra`: if an object
 * has both names, neither value is dropped.
 */
export function shadowed(object: PylonObject, olderNames: Readonly<Record<string, string>>): PylonObject {
  const unused = Object.entries(olderNames).filter(([, field]) => object[field] != null);
  return Object.fromEntries(unused.map(([older]) => [older, object[older]]));
}
