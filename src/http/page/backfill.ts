import { html } from 'hono/html';
import { count, duration, percent, plural } from '../../format.ts';
import { ago, bar, type Html, section } from '../html/words.ts';
import type { Overview } from './overview.ts';

/** A resource whose first read is not done, as the page shows it. */
interface Unfinished {
  readonly resource: string;
  readonly state: string;
  readonly covered: number | null;
  readonly note: string;
}

/**
 * How far the first read of everything is, while it is not done: as estimated, else as the passes of this process
 * show.
 */
export function backfill({ status, progress, complete, at }: Overview): Html {
  const plan = status?.plan ?? null;
  if (plan === null) {
    const passes = progress.filter(({ state }) => !complete && state !== 'done').map(ofPass);
    return passes.length === 0 ? html`` : section('backfill', 'First read', 'by this process', list(passes));
  }
  if (plan.seconds_left === 0 && plan.resources.length === 0) return html``;
  const left =
    plan.seconds_left === null
      ? 'its end is not known yet'
      : `${plan.at_least ? 'at least ' : ''}${duration(plan.seconds_left)} left`;
  const bound = plan.bottleneck === null ? '' : html`, for the limit of <code>${plan.bottleneck}</code>`;
  const endpoints = plan.endpoints
    .slice(0, 5)
    .map(
      ({ endpoint, remaining_requests, seconds_left }) =>
        html`<li><code>${endpoint}</code> <span class="soft num">${plural(remaining_requests, 'request')}</span> <span class="num">${duration(seconds_left)}</span></li>`,
    );
  return section(
    'backfill',
    'First read',
    html`as of ${ago(plan.as_of, at)}`,
    html`<p class="lead"><strong>${left}</strong>${bound}.</p>
${list(plan.resources.map(ofPlan))}
${endpoints.length < 2 ? '' : html`<h3>Slowest endpoints</h3><ul class="limits">${endpoints}</ul>`}`,
  );
}

function ofPlan(
  planned: NonNullable<NonNullable<Overview['status']>['plan']>['resources'][number],
): Unfinished {
  const { remaining_requests: left } = planned;
  return { ...planned, note: left === null ? planned.state : `${plural(left, 'request')} to go` };
}

function ofPass({ resource, state, covered, read, error }: Overview['progress'][number]): Unfinished {
  return { resource, state, covered: covered ?? null, note: error ?? `${state}, ${count(read)} read` };
}

function list(all: readonly Unfinished[]): Html {
  const items = all.map(({ resource, state, covered, note }) => {
    const share = covered === null ? '' : percent(covered);
    const tone = state === 'failed' ? 'bad' : 'busy';
    return html`<li><span>${resource}</span>${bar(covered ?? 0, tone, `${resource} ${share}`)}<span class="num">${share}</span><span class="soft">${note}</span></li>`;
  });
  return html`<ul class="bars">${items}</ul>`;
}
