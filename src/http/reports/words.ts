import { html } from 'hono/html';
import type { Unit } from '../../reports/calendar.ts';
import type { Html } from '../html/words.ts';
import type { Column } from './chart.ts';

/** Its form is made with the first date: that takes longer than a page of them, and most daemons are asked for none. */
const dateIn = (options: Intl.DateTimeFormatOptions) => {
  let format: Intl.DateTimeFormat | undefined;
  return (day: string) => {
    format ??= new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', ...options });
    return format.format(new Date(`${day}T00:00:00Z`));
  };
};

const shortDate = dateIn({ month: 'short' });
const longDate = dateIn({ month: 'short', year: 'numeric' });

/** The chart's column for a day, or for the week that begins on that day. */
export function columnOf(unit: Unit, day: string): Column {
  return { short: shortDate(day), name: unit === 'week' ? `week of ${longDate(day)}` : longDate(day) };
}

/** 2.5 h */
export function hours(value: number): string {
  return `${value.toLocaleString('en-US', { maximumFractionDigits: 1 })} h`;
}

/** The numbers of a chart as a table, for exact values and for people who cannot see the chart. */
export function numbers(
  id: string,
  heads: readonly string[],
  rows: readonly (readonly [begins: string, ...cells: string[]])[],
): Html {
  return html`<details>
<summary>Numbers as a table</summary>
<div class="scroll"><table id="${id}">
<thead><tr>${heads.map((head, index) => html`<th scope="col" class="${index === 0 ? '' : 'num'}">${head}</th>`)}</tr></thead>
<tbody>
${rows.map(([begins, ...cells]) => html`<tr><th scope="row">${begins}</th>${cells.map((cell) => html`<td class="num">${cell}</td>`)}</tr>\n`)}
</tbody></table></div>
</details>`;
}
