import { createHash } from 'node:crypto';

/**
 * The parts of a signed URL that differ on every read. Dropped from what is digested, wherever they stand
 * (lists of URLs, HTML), so that a fresh signature is no change and a new file is one.
 */
const SIGNATURE =
  /\b(Expires|Signature|Key-Pair-Id|Policy|X-Amz-(?:Signature|Date|Expires|Credential|Security-Token))=[^&"'\\<>\s]*/g;

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
  a < b ? -1 : a > b ? 1 : 0;

/** The value with the keys of every object in order; copies only what is not. */
function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  let changed = false;
  let last = '';
  const inner = Array.isArray(value) ? value.map(ordered) : [];
  if (Array.isArray(value)) return inner.every((item, index) => item === value[index]) ? value : inner;
  const entries: [string, unknown][] = [];
  for (const key in value) {
    const held = value[key as keyof typeof value];
    const kept = ordered(held);
    changed ||= key < last || kept !== held;
    last = key;
    entries.push([key, kept]);
  }
  return changed ? Object.fromEntries(entries.sort(byKey)) : value;
}

/**
 * 132 bits of SHA-256 over the JSON of the value, 22 characters. The order of keys does not matter: two
 * servers' orders of one map are the same value.
 */
export function digest(value: unknown): string {
  const json = JSON.stringify(ordered(value));
  const steady = json.includes('Signature=') ? json.replace(SIGNATURE, '$1=') : json;
  return createHash('sha256').update(steady).digest('base64url').slice(0, 22);
}
