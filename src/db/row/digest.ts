import { hash } from 'node:crypto';
import { ordered } from '../../canonical.ts';
import { toJson } from '../../exact.ts';
import { unsigned } from '../../resources/signatures.ts';

/**
 * The first 132 bits of the SHA-256 of JSON whose keys are sorted, as 22 characters of base64url. Signatures of URLs
 * are left out.
 */
export function digestText(json: string): string {
  return hash('sha256', unsigned(json), 'base64url').slice(0, 22);
}

/** The digest of any JSON value, independent of the order of its keys. */
export const digest = (value: unknown): string => digestText(toJson(ordered(value)));
