import { html } from 'hono/html';
import { PERIODS, type Period } from '../../reports/calendar.ts';
import type { Report } from '../../reports/report.ts';
import type { Html } from '../html/words.ts';
import { document } from '../page/document.ts';
import type { Tone } from '../page/state.ts';
import { notes } from './notes.ts';
import { answers, backlog, volume } from './sections.ts';

/** What the page shows for a period: a report, or why there is none. */
export interface Shown {
  readonly version: string;
  /** Undefined where the request names no valid period. */
  readonly period: Period | undefined;
  readonly report: Report | undefined;
  /** The notice at the top of the page. */
  readonly notice: { readonly tone: Tone; readonly word: string; readonly sentence: string } | undefined;
  /** Whether to refresh the page, since there may be something to show soon. */
  readonly again: boolean;
}

/** Seconds between two refreshes of a page that has nothing to show yet. */
const REFRESH = 15;

/** The page of reports as HTML: charts of backlog, first responses and volume. */
export function reportsPage({ version, period, report, notice, again }: Shown): Html {
  const body = html`<header>
<p class="brand">pylon-sync <span class="soft">${version}</span> <a href="/">Operator's page</a></p>
<h1>Reports</h1>
<nav class="periods" aria-label="period">${PERIODS.map(
    (days) =>
      html`<a href="/reports?days=${days}"${days === period ? html` aria-current="page"` : ''}>${days} days</a>`,
  )}</nav>
${notice === undefined ? '' : html`<p class="banner ${notice.tone}"><strong>${notice.word}</strong> <span>${notice.sentence}</span></p>`}
</header>
<main>
${report === undefined || report.first === null ? '' : html`${backlog(report)}${answers(report)}${volume(report)}${notes(report)}`}
</main>
<footer>
${report === undefined ? '' : html`<p>As of <time datetime="${report.at}">${report.at.slice(0, 16).replace('T', ' ')} UTC</time>.</p>`}
${again ? html`<p>Refreshed every ${REFRESH} seconds.</p>` : ''}
</footer>`;
  return document({
    title: period === undefined ? 'Reports' : `Reports of ${period} days`,
    tone: notice?.tone ?? 'good',
    refresh: again ? REFRESH : undefined,
    body,
  });
}
