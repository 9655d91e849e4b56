import type { Period, Unit } from './calendar.ts';

/** A report on the work of support. Days are `2026-01-31`, in UTC; a week is named by its Monday. */
export interface Report {
  /** When it was read, RFC 3339. */
  readonly at: string;
  readonly period: Period;
  readonly unit: Unit;
  readonly since: string;
  readonly today: string;
  /** The day of the first mirrored issue; null if there is none. */
  readonly first: string | null;
  /** Each day since `first`: nothing is known about earlier days. */
  readonly backlog: readonly Backlog[];
  /** Each unit since that of `first`. */
  readonly flow: readonly Flow[];
  readonly answers: readonly Answers[];
  /** The most frequent sources, then null for all others if there are any. */
  readonly sources: readonly (string | null)[];
  readonly volume: readonly Volume[];
}

export interface Backlog {
  readonly day: string;
  /** The number of open issues at the end of the day; for today, now. */
  readonly open: number;
  readonly new: number;
  readonly solved: number;
}

/** Issues that were created and that were solved within a unit. */
interface Flow {
  readonly begins: string;
  readonly new: number;
  readonly solved: number;
}

/** First responses to the issues created within a unit. */
export interface Answers {
  readonly begins: string;
  readonly issues: number;
  readonly answered: number;
  /** The median time to the first response in hours; null if no issue was answered. */
  readonly median: number | null;
  readonly p90: number | null;
}

interface Volume {
  readonly begins: string;
  /** New issues by source, in the order of `sources`. */
  readonly issues: readonly number[];
}
