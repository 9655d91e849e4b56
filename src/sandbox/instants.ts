export const SECOND = 1_000;
export const DAY = 86_400 * SECOND;

/** RFC 3339 in UTC with whole seconds, as Pylon's bodies have it. */
export function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -5)}Z`;
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Epoch milliseconds of an RFC 3339 text; `undefined` for any other value. */
export function parseInstant(value: unknown): number | undefined {
  if (typeof value !== 'string' || !RFC_3339.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
