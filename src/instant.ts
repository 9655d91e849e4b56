const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d{1,40})?(?:[Zz]|[+-](\d\d):(\d\d)))$/;

/** The form of nearly every instant, for a quick check: whole seconds, UTC, a day that every month has. */
const ORDINARY = /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (DAYS[month - 1] ?? 0);
}

/** Go's zero time in epoch milliseconds. */
export const ZERO_TIME = Date.parse('0001-01-01T00:00:00Z');

/**
 * Whether a valid instant is Go's zero time, which servers written in Go send for an empty field. Compares the day
 * only, as it may come in any zone and with fractions.
 */
export const isZeroTime = (text: string): boolean => text.startsWith('0001-01-01');

/**
 * Whether the text is a valid RFC 3339 instant that Postgres parses as the same instant. Allows the years 0001 to
 * 9999 (Pylon sends both). A time without a zone is not an instant.
 */
export function isValidInstant(text: string): boolean {
  if (ORDINARY.test(text)) return true;
  const parts = RFC3339.exec(text);
  if (parts === null) return false;
  const [, year, month, day, hour, minute, second, zoneHour, zoneMinute] = parts.map(Number);
  return (
    Number(year) >= 1 &&
    Number(day) >= 1 &&
    Number(day) <= daysIn(Number(year), Number(month)) &&
    Number(hour) <= 23 &&
    Number(minute) <= 59 &&
    Number(second) <= 59 &&
    (parts[7] === undefined || (Number(zoneHour) <= 15 && Number(zoneMinute) <= 59))
  );
}

/** As Postgres writes an instant, or RFC 3339 does: with its zone, whose minutes may be left out. */
const ZONED = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d)(?::?(\d\d))?$/;

/** Epoch milliseconds of an instant as Postgres, Pylon or a person writes it; undefined for any other text. */
export function epochOf(text: string): number | undefined {
  const [, day, time, zone, minutes = '00'] = ZONED.exec(text.toUpperCase()) ?? [];
  if (day === undefined) return undefined;
  const ms = Date.parse(`${day}T${time}${zone === 'Z' ? zone : `${zone}:${minutes}`}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** RFC 3339 in UTC with whole seconds, of epoch milliseconds. */
export const formatInstant = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
