import { beginOf, daysAfter, type Period, unitOf, unitsBetween } from './calendar.ts';
import { type Ask, readAnswers, readBacklog, readFirst, readToday, readVolume } from './queries.ts';
import type { Report } from './report.ts';

/** The number of sources shown separately. */
const SOURCES = 6;

export async function readReport(ask: Ask, period: Period): Promise<Report> {
  const { at, today } = await readToday(ask);
  const unit = unitOf(period);
  const since = daysAfter(today, 1 - period);
  const from = beginOf(unit, since);
  const begins = unitsBetween(unit, from, today);
  const first = await readFirst(ask);
  const days = first === null ? [] : unitsBetween('day', first > since ? first : since, today);
  const backlog = new Map((await readBacklog(ask, since)).map((row) => [row.day, row]));
  const answers = new Map((await readAnswers(ask, unit, from, today)).map((row) => [row.begins, row]));
  return {
    ...{ at, period, unit, since, today, first },
    // A day without open, new or solved issues has no row.
    backlog: days.map((day) => backlog.get(day) ?? { day, open: 0, new: 0, solved: 0 }),
    answers: begins.map(
      (begin) => answers.get(begin) ?? { begins: begin, issues: 0, answered: 0, median: null, p90: null },
    ),
    ...pivot(await readVolume(ask, unit, from, today, SOURCES), begins),
  };
}

/** Converts rows of one source each to one row per unit. */
function pivot(
  rows: Awaited<ReturnType<typeof readVolume>>,
  begins: readonly string[],
): Pick<Report, 'sources' | 'volume'> {
  const ranked = new Map(rows.map(({ rank, source }) => [rank, source]));
  const ranks = [...ranked.keys()].sort((one, other) => one - other);
  const issues = new Map(rows.map((row) => [`${row.begins} ${row.rank}`, row.issues]));
  return {
    sources: ranks.map((rank) => ranked.get(rank) ?? null),
    volume: begins.map((begin) => ({
      begins: begin,
      issues: ranks.map((rank) => issues.get(`${begin} ${rank}`) ?? 0),
    })),
  };
}
