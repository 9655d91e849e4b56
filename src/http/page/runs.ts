import { html } from 'hono/html';
import type { PastRun } from '../../db/status/recent.ts';
import { count, duration } from '../../format.ts';
import { ago, type Html, section } from '../html/words.ts';
import type { Overview } from './overview.ts';
import type { Tone } from './state.ts';

const TONES: Readonly<Record<string, Tone>> = {
  done: 'good',
  running: 'busy',
  failed: 'bad',
  interrupted: 'warn',
};

/** The table of runs that changed something, failed or are still running. */
export function runs({ history, at }: Overview): Html {
  if (history === undefined) return html``;
  const body =
    history.runs.length === 0
      ? html`<p class="soft">None in 24 hours.</p>`
      : html`<table class="runs">
<thead><tr><th scope="col">resource</th><th scope="col" class="wide">run</th><th scope="col">outcome</th><th scope="col" class="num">changed</th><th scope="col" class="num wide">read</th><th scope="col" class="num wide">requests</th><th scope="col" class="num wide">took</th><th scope="col" class="num started">started</th></tr></thead>
<tbody>
${history.runs.map((run) => row(run, at))}
</tbody></table>`;
  return section('runs', 'Recent runs', 'that changed something, failed or are running', body);
}

function row(run: PastRun, at: number): Html {
  const { resource, kind, outcome, error, started_at, finished_at, inserted, updated, deleted } = run;
  const end = finished_at === null ? at : Date.parse(finished_at);
  return html`<tr>
<th scope="row">${resource}<span class="narrow soft">${kind}</span></th>
<td class="wide">${kind}</td>
<td><span class="state ${TONES[outcome] ?? 'idle'}">${outcome}</span></td>
<td class="num">${count(inserted + updated + deleted)}</td>
<td class="num wide">${count(run.read)}</td>
<td class="num wide">${count(run.requests)}</td>
<td class="num wide">${duration((end - Date.parse(started_at)) / 1000)}</td>
<td class="num soft started">${ago(started_at, at)}</td>
</tr>
${error === null ? '' : html`<tr class="error"><td colspan="8">${error}</td></tr>`}`;
}
