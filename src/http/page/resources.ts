import { html } from 'hono/html';
import { isDown, isSilence } from '../../db/status/attention.ts';
import { SLOTS } from '../../db/status/recent.ts';
import type { ResourceStatus, Status } from '../../db/status/status.ts';
import { unfollowedInWords } from '../../db/status/types.ts';
import { count, countAbout, duration, percent } from '../../format.ts';
import { ago, type Html, section } from '../html/words.ts';
import type { Counted } from '../reading.ts';
import type { Overview } from './overview.ts';
import { sparkline } from './sparkline.ts';
import type { Tone } from './state.ts';

/** A table with a line a resource: state, rows, lag, changes; below it what is not read any more. */
export function resources(overview: Overview): Html {
  const { status } = overview;
  if (status === undefined) return html``;
  return section(
    'resources',
    'Resources',
    'rows changed in 24 hours, a bar each half hour',
    html`<table class="resources">
<thead><tr><th scope="col">resource</th><th scope="col" class="wide">state</th><th scope="col" class="num">rows</th><th scope="col" class="num">lag</th><th scope="col" class="changes">changes</th><th scope="col" class="num widest">deleted</th><th scope="col" class="num widest">drift</th><th scope="col" class="widest">last run</th></tr></thead>
<tbody>
${status.resources.map((one) => row(one, overview, status))}
</tbody></table>
${unfollowed(status)}`,
  );
}

/** That some rows are not kept up to date, which is no trouble. */
function unfollowed({ types }: Counted): Html {
  const words = unfollowedInWords(types);
  return words === undefined ? html`` : html`<p class="soft">Not read: ${words}.</p>`;
}

function row(one: ResourceStatus, { history, at }: Overview, status: Counted): Html {
  const { resource, lag_seconds, last_run, deleted, drift } = one;
  const { tone, word } = resourceState(one, status);
  const isCompared = drift.reconcile !== null || drift.audit.sampled > 0;
  const drifted = (drift.reconcile ?? 0) + drift.audit.drifted;
  const changes = history?.changes[resource] ?? new Array<number>(SLOTS).fill(0);
  return html`<tr>
<th scope="row">${resource}<span class="narrow state ${tone}">${word}</span></th>
<td class="wide"><span class="state ${tone}">${word}</span></td>
<td class="num">${status.counted ? countAbout(one.rows, one.rows_estimated) : '…'}</td>
<td class="num">${lag_seconds === null ? '–' : duration(lag_seconds)}</td>
<td class="changes">${sparkline(changes)}</td>
<td class="num widest">${some(deleted)}</td>
<td class="num widest">${isCompared ? some(drifted) : '–'}</td>
<td class="widest soft">${last_run === null ? '' : html`${last_run.kind} ${ago(last_run.finished_at ?? last_run.started_at, at)}`}</td>
</tr>
`;
}

const some = (value: number) => (value === 0 ? html`<span class="faint">0</span>` : count(value));

function resourceState(
  one: ResourceStatus,
  status: Pick<Status, 'pylon'>,
): { readonly tone: Tone; readonly word: string } {
  const { unavailable, failing, backfill, covered, rejected, waiting, last_run, late } = one;
  if (unavailable) return { tone: 'idle', word: 'unavailable' };
  if (failing !== null && !isSilence(one, status)) return { tone: 'bad', word: 'failing' };
  if (backfill === 'none' && last_run === null) return { tone: 'idle', word: 'not begun' };
  if (backfill === 'unfinished')
    return { tone: 'busy', word: covered === null ? 'first read' : `${percent(covered)} read` };
  if (isDown(status)) return { tone: 'warn', word: 'waits for Pylon' };
  if (late.length > 0) return { tone: 'warn', word: 'behind schedule' };
  if (rejected > 0) return { tone: 'warn', word: `${count(rejected)} rejected` };
  if (waiting > 0) return { tone: 'busy', word: `${count(waiting)} to read again` };
  return { tone: 'good', word: 'up to date' };
}
