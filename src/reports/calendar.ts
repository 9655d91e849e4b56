/** The numbers of days that a report can span. */
export const PERIODS = [7, 30, 90] as const;
export type Period = (typeof PERIODS)[number];

/** The unit of numbers that need many issues. */
export type Unit = 'day' | 'week';

/** New issues a day below which single days would be noise. */
const FEW = 2;

/** The unit for a report with so many new issues. One of 90 days is by week, one of seven days by day, however many there are. */
export function unitOf(period: Period, issues: number): Unit {
  if (period === 7) return 'day';
  return period > 31 || issues < FEW * period ? 'week' : 'day';
}

const DAY_MS = 86_400_000;

/** The day (UTC, `2026-01-31`) that is so many days later. */
export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The Monday of a day's week, or the day itself, as with `date_trunc`. */
export function beginOf(unit: Unit, day: string): string {
  if (unit === 'day') return day;
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return daysAfter(day, -((weekday + 6) % 7));
}

/** The first days of all units, from the one that begins on `first` to the one that contains `last`. */
export function unitsBetween(unit: Unit, first: string, last: string): readonly string[] {
  const step = unit === 'week' ? 7 : 1;
  const count = Math.floor((Date.parse(last) - Date.parse(first)) / DAY_MS / step) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => daysAfter(first, index * step));
}
