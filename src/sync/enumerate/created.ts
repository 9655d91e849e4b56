import { isValidInstant } from '../../db/instant.ts';
import { PermanentError } from '../../errors.ts';
import type { Listing } from '../../pylon/types.ts';

/** A search for objects created on one side of an instant. Whether Pylon counts the instant in is not documented. */
export function createdSearch(
  path: string,
  operator: 'time_is_before' | 'time_is_after',
  instant: string,
  limit: number,
): Listing {
  const filter = { field: 'created_at', operator, value: instant };
  return { method: 'POST', route: path, arguments: { filter }, limit };
}

/** When an object was created, epoch milliseconds; undefined when it does not say readably. */
export function createdAt(object: unknown): number | undefined {
  const created = (object as { created_at?: unknown } | null)?.created_at;
  return typeof created === 'string' && isValidInstant(created) ? Date.parse(created) : undefined;
}

/** Pylon ignores what it does not know in a search and then answers everything: that must not pass for an answer. */
export function filterIgnored(
  path: string,
  operator: string,
  instant: string,
  created: number,
): PermanentError {
  return new PermanentError(
    `POST ${path}: the filter created_at ${operator} ${instant} was ignored: an object of ${new Date(created).toISOString()} came back`,
  );
}
