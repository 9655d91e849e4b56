import { isValidInstant } from './instant.ts';

const DAY = /^\d{4}-\d\d-\d\d$/;

/** What `parseDate` accepts, for messages. */
export const DATE_TAKES =
  'a date such as 2025-01-31 (midnight UTC) or 2025-01-31T09:30:00Z (RFC 3339, with its zone)';

/**
 * Parses a date written by a person to RFC 3339 in UTC. Returns undefined for anything else, also for dates that do
 * not exist (30 February, 24:00), which `Date` would move to the next day.
 */
export function parseDate(text: string): string | undefined {
  const written = DAY.test(text) ? `${text}T00:00:00Z` : text.toUpperCase();
  if (written.includes(' ') || !isValidInstant(written)) return undefined;
  const instant = new Date(written);
  const year = instant.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return undefined;
  return instant.toISOString().replace('.000Z', 'Z');
}
