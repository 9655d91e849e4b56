import { html } from 'hono/html';
import { count } from '../../format.ts';
import { unitsBetween } from '../../reports/calendar.ts';
import type { Report } from '../../reports/report.ts';
import { type Html, section } from '../html/words.ts';
import { draw, type Series } from './chart.ts';
import { columnOf, hours, numbers } from './words.ts';

export function backlog({ backlog: days, flow: units, answers, unit, since, today }: Report): Html {
  const known = new Map(days.map((day) => [day.day, day]));
  // The days before the first issue have columns too, without values.
  const all = unitsBetween('day', since, today);
  const columns = all.map((day) => columnOf('day', day));
  const open = days.map((day) => day.open);
  const flowing = new Map(units.map((one) => [one.begins, one]));
  // The same units as in the other charts.
  const begins = answers.map((one) => one.begins);
  const opened = draw({
    ...{ id: 'open', title: 'Open at the end of the day', kind: 'area', columns, say: count },
    description: `Issues that were open at the end of each day: ${count(open[0] ?? 0)} on the first, ${count(open.at(-1) ?? 0)} on the last, at most ${count(Math.max(0, ...open))}.`,
    series: [{ name: 'open', tone: 0, values: all.map((day) => known.get(day)?.open ?? null) }],
  });
  const flow = draw({
    ...{ id: 'flow', title: `New and solved a ${unit}`, kind: 'bars', say: count },
    columns: begins.map((begin) => columnOf(unit, begin)),
    description: `Issues that were created and that were solved in each ${unit}: ${count(sum(units.map((one) => one.new)))} new and ${count(sum(units.map((one) => one.solved)))} solved in all.`,
    series: [
      { name: 'new', tone: 1, values: begins.map((begin) => flowing.get(begin)?.new ?? null) },
      { name: 'solved', tone: 2, values: begins.map((begin) => flowing.get(begin)?.solved ?? null) },
    ],
  });
  const rows = days.map(
    (day, at) => [columns[at]?.name ?? day.day, count(day.open), count(day.new), count(day.solved)] as const,
  );
  const table = numbers('backlog-numbers', ['day', 'open', 'new', 'solved'], rows);
  return section('backlog', 'Backlog', 'of all issues', html`${opened}${flow}${table}`);
}

export function answers({ answers: units, unit }: Report): Html {
  const columns = units.map(({ begins }) => columnOf(unit, begins));
  const issues = sum(units.map((one) => one.issues));
  const answered = sum(units.map((one) => one.answered));
  const aside = `from creation to the first answer, by ${unit} of creation`;
  if (answered === 0)
    return section('answers', 'First response', aside, html`<p class="soft">None in this time.</p>`);
  const chart = draw({
    ...{ id: 'response', title: 'Hours to the first answer', kind: 'lines', columns, say: hours },
    description: `Median and 90th percentile of the hours from creation to the first answer, by ${unit} of creation. ${count(answered)} of ${count(issues)} issues are answered.`,
    series: [
      { name: 'median', tone: 0, values: units.map(({ median }) => median) },
      { name: '90th percentile', tone: 1, values: units.map(({ p90 }) => p90) },
    ],
  });
  const orNone = (value: number | null) => (value === null ? '–' : hours(value));
  const rows = units.map(
    (one, at) =>
      [
        columns[at]?.name ?? one.begins,
        orNone(one.median),
        orNone(one.p90),
        `${count(one.answered)} of ${count(one.issues)}`,
      ] as const,
  );
  const heads = [unit, 'median', '90th percentile', 'answered'];
  return section(
    'answers',
    'First response',
    aside,
    html`${chart}${numbers('answers-numbers', heads, rows)}`,
  );
}

export function volume({ volume: units, sources, unit }: Report): Html {
  const aside = `new issues a ${unit}`;
  if (sources.length === 0)
    return section('volume', 'Volume by source', aside, html`<p class="soft">None in this time.</p>`);
  const columns = units.map(({ begins }) => columnOf(unit, begins));
  const series = sources.map(
    (source, index): Series => ({
      name: nameOf(source),
      tone: source === null ? OTHERS : index,
      values: units.map(({ issues }) => issues[index] ?? 0),
    }),
  );
  const totals = series.map(({ name, values }) => `${count(sum(values))} of ${name}`);
  const chart = draw({
    ...{ id: 'sources', title: `New issues a ${unit} by source`, kind: 'stack', columns, series, say: count },
    description: `Issues that were created, by ${unit} and source: ${totals.join(', ')}.`,
  });
  const heads = [unit, ...series.map(({ name }) => name), 'all'];
  const rows = units.map(
    ({ begins, issues }, at) =>
      [columns[at]?.name ?? begins, ...[...issues, sum(issues)].map(count)] as const,
  );
  return section(
    'volume',
    'Volume by source',
    aside,
    html`${chart}${numbers('volume-numbers', heads, rows)}`,
  );
}

/** The colour of all other sources. */
const OTHERS = 6;
const LONGEST = 40;

function nameOf(source: string | null): string {
  if (source === null) return 'others';
  if (source === '') return 'no source';
  return source.length > LONGEST ? `${source.slice(0, LONGEST)}…` : source;
}

// A missing value counts as 0.
const sum = (values: readonly (number | null)[]) =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);
