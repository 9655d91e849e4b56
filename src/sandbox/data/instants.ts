export const SECOND = 1_000;
export const DAY = 86_400 * SECOND;

/** RFC 3339 in UTC with whole seconds, as in Pylon's bodies. */
export function instant(ms: number): string {
  const day = Math.floor(ms / DAY);
  const second = Math.floor((ms - day * DAY) / SECOND);
  const [hours, minutes, seconds] = [Math.floor(second / 3_600), Math.floor(second / 60) % 60, second % 60];
  return `${dateOf(day)}T${TWO[hours]}:${TWO[minutes]}:${TWO[seconds]}Z`;
}

/** Some days after a creation, yet not in the last minute before `start`; both epoch milliseconds. */
export const updatedWithin = (start: number, created: number, days: number) =>
  instant(Math.max(created, Math.min(created + days * DAY, start - 60_000)));

const TWO = Array.from({ length: 60 }, (_, n) => `${n}`.padStart(2, '0'));

/** Each day of the history is formatted once only, since pages have thousands of times. */
const dates = new Map<number, string>();

function dateOf(day: number): string {
  const known = dates.get(day);
  if (known !== undefined) return known;
  const text = new Date(day * DAY).toISOString().split('T')[0] ?? '';
  if (dates.size < 10_000) dates.set(day, text);
  return text;
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Epoch milliseconds of an RFC 3339 text; `undefined` for any other value. */
export function parseInstant(value: unknown): number | undefined {
  if (typeof value !== 'string' || !RFC_3339.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
