import { beginOf, daysAfter, type Period, unitOf, unitsBetween } from './calendar.ts';
import { type Ask, readAnswers, readBacklog, readFirst, readToday, readVolume } from './queries.ts';
import type { Report } from './report.ts';

/** The number of sources shown separately. */
const SOURCES = 6;

export async function readReport(ask: Ask, period: Period): Promise<Report> {
  const { at, today } = await readToday(ask);
  const since = daysAfter(today, 1 - period);
  const first = await readFirst(ask);
  // From the Monday on, for weeks.
  const known = first === null ? [] : await readBacklog(ask, latest(first, beginOf('week', since)));
  const unit = unitOf(period, sumOf(known.filter(({ day }) => day >= since).map((row) => row.new)));
  const from = beginOf(unit, since);
  const begins = unitsBetween(unit, from, today);
  const answers = new Map((await readAnswers(ask, unit, from, today)).map((row) => [row.begins, row]));
  return {
    ...{ at, period, unit, since, today, first },
    backlog: known.filter(({ day }) => day >= since),
    flow: begins
      .filter((begin) => first !== null && begin >= beginOf(unit, first))
      .map((begin) => {
        const days = known.filter(({ day }) => beginOf(unit, day) === begin);
        const sum = (of: 'new' | 'solved') => sumOf(days.map((row) => row[of]));
        return { begins: begin, new: sum('new'), solved: sum('solved') };
      }),
    answers: begins.map(
      (begin) => answers.get(begin) ?? { begins: begin, issues: 0, answered: 0, median: null, p90: null },
    ),
    ...pivot(await readVolume(ask, unit, from, today, SOURCES), begins),
  };
}

const latest = (one: string, other: string) => (one > other ? one : other);

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

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
