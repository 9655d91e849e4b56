import { createHash } from 'node:crypto';

/**
 * The parts of a signed URL that differ on every read. Dropped from what is digested, wherever they stand
 * (lists of URLs, HTML), so that a fresh signature is no change and a new file is one.
 */
const SIGNATURE =
  /\b(Expires|Signature|Key-Pair-Id|Policy|X-Amz-(?:Signature|Date|Expires|Credential|Security-Token))=[^&"'\\<>\s]*/g;

/** A copy whose objects have their keys in order: two servers' orders of one map are the same value. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, ordered(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** 132 bits of SHA-256 over the canonical JSON of the value, 22 characters. */
export function digest(value: unknown): string {
  const json = JSON.stringify(ordered(value));
  const steady = json.includes('Signature=') ? json.replace(SIGNATURE, '$1=') : json;
  return createHash('sha256').update(steady).digest('base64url').slice(0, 22);
}
