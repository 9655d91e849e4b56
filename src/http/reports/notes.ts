import { html } from 'hono/html';
import type { Report } from '../../reports/report.ts';
import { type Html, section } from '../html/words.ts';
import { columnOf } from './words.ts';

/** What the figures do not know. */
export function notes({ unit, first, since }: Report): Html {
  const begins = first !== null && first > since ? columnOf('day', first).name : undefined;
  const items = [
    `Days are those of UTC${unit === 'week' ? ', weeks begin on Monday' : ''}. The last ${unit} is not over.`,
    'Issues count that are mirrored and that Pylon still has. The backlog is reckoned from when they were created and last resolved: an issue that was reopened counts as solved when it was last resolved only, and as open until then.',
    ...(begins === undefined
      ? []
      : [`The first mirrored issue is of ${begins}: of the days before nothing is known.`]),
    'A first response belongs to when its issue was created. Issues without one are not in median and percentile, so the newest figures may still rise. Nights and weekends count.',
    'A source is what Pylon says of the issue today.',
  ];
  return section(
    'notes',
    'What the figures do not know',
    '',
    html`<ul class="plain">${items.map((item) => html`<li>${item}</li>`)}
<li>All of them come from <code>pylon_bi.daily_backlog</code> and <code>pylon_bi.issue_metrics</code>, whose comments say more.</li></ul>`,
  );
}
