import { html } from 'hono/html';
import { count, duration } from '../../format.ts';
import { bar, type Html, section } from '../html/words.ts';
import type { EndpointBudget } from './budgets.ts';
import type { Overview } from './overview.ts';

/** Requests to each endpoint, out of those its limit allows. */
export function budget({ budgets }: Overview): Html {
  const body =
    budgets.length === 0
      ? html`<p class="soft">No request lately.</p>`
      : html`<ul class="bars budget">${budgets.map(line)}</ul>`;
  return section(
    'budget',
    'Requests',
    'used of allowed, within the interval of each limit, which is a minute at Pylon',
    body,
  );
}

function line({ endpoint, used, allowed, queued, pausedSeconds }: EndpointBudget): Html {
  const share = used / allowed;
  const tone = pausedSeconds > 0 ? 'warn' : share >= 1 ? 'busy' : 'good';
  const notes = [
    ...(queued > 0 ? [`${count(queued)} queued`] : []),
    ...(pausedSeconds > 0 ? [`paused for ${duration(pausedSeconds)} by a 429`] : []),
  ];
  return html`<li><code>${endpoint}</code>${bar(share, tone, `${used} of ${allowed}`)}<span class="num">${count(used)} of ${count(allowed)}</span><span class="soft">${notes.join(', ')}</span></li>`;
}
