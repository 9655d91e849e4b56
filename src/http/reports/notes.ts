import { html } from 'hono/html';
import { beginOf } from '../../reports/calendar.ts';
import type { Report } from '../../reports/report.ts';
import { type Html, section } from '../html/words.ts';
import { columnOf } from './words.ts';

/** Notes on what the numbers leave out. */
export function notes({ unit, first, since }: Report): Html {
  const dayName = (day: string) => columnOf('day', day).name;
  const begins = first !== null && first > since ? dayName(first) : undefined;
  const firstUnit = beginOf(unit, since);
  const isCut = firstUnit < since && first !== null && first < since;
  const items = [
    `Days are those of UTC${unit === 'week' ? ', weeks begin on Monday' : ''}. The last ${unit} is not over.`,
    ...(isCut
      ? [
          `The first week begins on ${dayName(firstUnit)}, before the period; its days before ${dayName(since)} are in the weeks, but not in the table of days.`,
        ]
      : []),
    'Only issues count that are mirrored and still in Pylon. The backlog is calculated from when each issue was created and last resolved: a reopened issue counts as open until it was last resolved.',
    'A closed issue that Pylon gives no resolution time, such as an imported one, ends when it was last changed: a later change of it, such as a tag, adds it to the backlog of the days before. A state of your own counts as closed only with a resolution time.',
    ...(begins === undefined
      ? []
      : [`The first mirrored issue is of ${begins}: nothing is known of the days before.`]),
    'A first response counts on the day its issue was created. Issues without one are not in median and percentile, so the newest numbers may still rise. Nights and weekends count.',
    'Each issue counts under the source that Pylon gives today.',
  ];
  return section(
    'notes',
    'What these numbers leave out',
    '',
    html`<ul class="plain">${items.map((item) => html`<li>${item}</li>`)}
<li>All numbers come from <code>pylon_bi.daily_backlog</code> and <code>pylon_bi.issue_metrics</code>; their comments say more.</li></ul>`,
  );
}
