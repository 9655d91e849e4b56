import { hash } from 'node:crypto';
import { ExactNumber, toJson } from '../../exact.ts';
import { put } from '../../resources/fields.ts';
import { unsigned } from '../../resources/signatures.ts';

/** Looks without copying: servers send maps in one order, as a rule. */
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

/** The value with the keys of every object in order: two servers' orders of one map are the same value. */
export const ordered = (value: unknown): unknown => (isOrdered(value) ? value : sorted(value));

/** 132 bits of SHA-256 over JSON whose keys are in order, 22 characters. */
export function digestText(json: string): string {
  return hash('sha256', unsigned(json), 'base64url').slice(0, 22);
}

/** The digest of any JSON value, whatever the order of its keys. */
export const digest = (value: unknown): string => digestText(toJson(ordered(value)));
