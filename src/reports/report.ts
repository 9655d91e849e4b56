import type { Period, Unit } from './calendar.ts';

/** How support has fared. Days are `2026-01-31`, in UTC; weeks are named by their Monday. */
export interface Report {
  /** When it was read, RFC 3339. */
  readonly at: string;
  readonly period: Period;
  readonly unit: Unit;
  readonly since: string;
  readonly today: string;
  /** Day of the first mirrored issue; null where there is none. */
  readonly first: string | null;
  /** Each day since then; nothing is known of the days before. */
  readonly backlog: readonly Backlog[];
  readonly answers: readonly Answers[];
  /** The most frequent sources, then null for all others where there are any. */
  readonly sources: readonly (string | null)[];
  readonly volume: readonly Volume[];
}

export interface Backlog {
  readonly day: string;
  /** At the end of the day; at this moment, today. */
  readonly open: number;
  readonly new: number;
  readonly solved: number;
}

/** First answers to the issues that were created within a unit. */
export interface Answers {
  readonly begins: string;
  readonly issues: number;
  readonly answered: number;
  /** Hours; null where none was answered. */
  readonly median: number | null;
  readonly p90: number | null;
}

interface Volume {
  readonly begins: string;
  /** New issues by source, in the order of `sources`. */
  readonly issues: readonly number[];
}
