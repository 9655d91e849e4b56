import { html } from 'hono/html';
import { PERIODS, type Period } from '../../reports/calendar.ts';
import type { Report } from '../../reports/report.ts';
import type { Html } from '../html/words.ts';
import { document } from '../page/document.ts';
import type { Tone } from '../page/state.ts';
import { notes } from './notes.ts';
import { answers, backlog, volume } from './sections.ts';

/** What there is to show for a period: a report, or why there is none. */
export interface Shown {
  readonly version: string;
  /** Undefined where what was asked for is no period. */
  readonly period: Period | undefined;
  readonly report: Report | undefined;
  /** What stands above all. */
  readonly notice: { readonly tone: Tone; readonly word: string; readonly sentence: string } | undefined;
  /** Whether it may be otherwise soon. */
  readonly again: boolean;
}

/** Seconds until the page asks again, where there is nothing to show yet. */
const REFRESH = 15;

/** Backlog, first answers and volume, drawn. */
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
${again ? html`<p>Again every ${REFRESH} seconds.</p>` : ''}
</footer>`;
  return document({
    title: period === undefined ? 'Reports' : `Reports of ${period} days`,
    tone: notice?.tone ?? 'good',
    refresh: again ? REFRESH : undefined,
    body,
  });
}
