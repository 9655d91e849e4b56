import { hash } from 'node:crypto';
import { ExactNumber, toJson } from '../../exact.ts';
import { put } from '../../resources/fields.ts';
import { unsigned } from '../../resources/signatures.ts';

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

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) put(result, key, sorted(value[key as keyof typeof value]));
  return result;
}

/** The value with the keys of every object sorted, so that the order in which a server sends them does not matter. */
export const ordered = (value: unknown): unknown => (isOrdered(value) ? value : sorted(value));

/**
 * The first 132 bits of the SHA-256 of JSON whose keys are sorted, as 22 characters of base64url. Signatures of URLs
 * are left out.
 */
export function digestText(json: string): string {
  return hash('sha256', unsigned(json), 'base64url').slice(0, 22);
}

/** The digest of any JSON value, independent of the order of its keys. */
export const digest = (value: unknown): string => digestText(toJson(ordered(value)));
