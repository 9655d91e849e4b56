import type { Plan } from '../../db/progress/estimate.ts';
import { type Attention, attentionOf } from '../../db/status/attention.ts';
import type { ResourceStatus, Status } from '../../db/status/status.ts';
import { unfollowedInWords } from '../../db/status/types.ts';
import { count, countAbout, duration, percent, plural } from '../../format.ts';
import { plainTable } from './summary.ts';

/** The status as text: what needs a person, workspace, holder of the lease, and a line a resource. */
export function statusText(status: Status, now: number): string {
  const { workspace, holder, resources: all, plan, budgets } = status;
  const waiting = attentionOf(status);
  const errors = all.flatMap(({ resource, last_run, failing }) =>
    last_run?.error && last_run.outcome !== 'interrupted' && failing === null
      ? [`  ${resource}: ${last_run.error}`]
      : [],
  );
  return [
    ...troubleText(waiting),
    `workspace  ${workspace === null ? 'none yet' : `${workspace.name} (${workspace.id})`}`,
    `in use by  ${holder === null ? 'nobody' : `${holder.command} (process ${holder.pid} on ${holder.host})`}`,
    ...pylonLine(status, now),
    ...(waiting.length === 0 ? ['attention  none needed'] : []),
    ...editsLine(status.edits),
    ...typesLine(status.types),
    ...planLine(plan, now),
    '',
    resourceTable(all, now),
    '',
    ...budgetText(budgets, now),
    ...headed('errors of the last runs', errors),
  ].join('\n');
}

/** What needs a person, with the command for it, before all else. */
const troubleText = (waiting: readonly Attention[]): readonly string[] =>
  waiting.length === 0
    ? []
    : [
        `${plural(waiting.length, 'matter')} for a person`,
        ...waiting.flatMap(({ what, command }) => [
          `  ${what}`,
          ...(command === null ? [] : [`    ${command}`]),
        ]),
        '',
      ];

/** The line about an outage of Pylon, while there is one. */
function pylonLine({ pylon }: Status, now: number): readonly string[] {
  if (pylon === null || pylon.down_since === null) return [];
  return [`pylon      answers nothing since ${pylon.down_since} (${ago(pylon.down_since, now)})`];
}

/** The line of types of custom objects that rows have and that are not followed. */
function typesLine(types: Status['types']): readonly string[] {
  const words = unfollowedInWords(types);
  return words === undefined ? [] : [`not read   ${words}`];
}

const headed = (head: string, lines: readonly string[]) => (lines.length === 0 ? [] : ['', head, ...lines]);

const STANDS: Readonly<Record<keyof Status['edits']['by_state'], string>> = {
  draft: 'kept back',
  pending: 'waiting',
  sending: 'being sent',
  conflict: 'in conflict',
  failed: 'failed',
  applied: 'applied in 24 hours',
  discarded: 'discarded in 24 hours',
};

/** The line of edits by state; none while there are no edits. */
function editsLine({ by_state, waiting_seconds }: Status['edits']): readonly string[] {
  const parts = (Object.keys(STANDS) as (keyof typeof STANDS)[])
    .filter((state) => by_state[state] > 0)
    .map((state) => `${count(by_state[state])} ${STANDS[state]}`);
  if (parts.length === 0) return [];
  const longest = waiting_seconds === null ? '' : ` (the longest for ${duration(waiting_seconds)})`;
  return [`edits      ${parts.join(', ')}${longest}`];
}

/** The line about the backfill, while one is unfinished. */
function planLine(plan: Plan | null, now: number): readonly string[] {
  if (plan === null || plan.seconds_left === 0) return [];
  const { seconds_left, bottleneck, at_least, as_of } = plan;
  if (seconds_left === null) return ['backfill   under way, its end not known yet'];
  const bound = bottleneck === null ? '' : `, for the limit of ${bottleneck}`;
  return [
    `backfill   ${at_least ? 'at least ' : ''}${duration(seconds_left)} left${bound} (as of ${ago(as_of, now)})`,
  ];
}

/** Columns that are shown only if some resource has a number there. */
const RARE = ['deleted', 'drift', 'rejected'] as const;

function resourceTable(all: readonly ResourceStatus[], now: number): string {
  const figures = all.map(({ deleted, drift, rejected }) => ({
    deleted,
    drift: (drift.reconcile ?? 0) + drift.audit.drifted,
    rejected,
  }));
  const shown = RARE.filter((name) => figures.some((figure) => figure[name] > 0));
  const table = plainTable(['resource', 'rows', 'lag', 'backfill', 'last run', ...shown], LEFT);
  for (const [index, status] of all.entries()) {
    const { resource, lag_seconds, last_run } = status;
    table.push([
      resource,
      countAbout(status.rows, status.rows_estimated),
      lag_seconds === null ? 'never' : duration(lag_seconds),
      backfillText(status),
      last_run === null ? '' : `${last_run.outcome} ${ago(last_run.finished_at ?? last_run.started_at, now)}`,
      ...shown.map((name) => count(figures[index]?.[name] ?? 0).replace(/^0$/, '')),
    ]);
  }
  return table.toString();
}

const LEFT = ['resource', 'backfill', 'last run'];

/** The endpoints with requests in the last minute, or that are paused, and how much of their limits is used. */
function budgetText(budgets: Status['budgets'], now: number): readonly string[] {
  const table = plainTable(
    ['endpoint', 'last minute', 'allowed', 'queued', 'paused'],
    ['endpoint', 'paused'],
  );
  for (const { endpoint, per_minute, queued, answered_at, paused_until } of budgets) {
    const used = answered_at.filter((at) => now - at < 60_000).length;
    const paused = paused_until === null ? 0 : Date.parse(paused_until) - now;
    if (used === 0 && paused <= 0) continue;
    table.push([
      endpoint,
      count(used),
      count(per_minute),
      count(queued),
      paused > 0 ? duration(paused / 1000) : '',
    ]);
  }
  return table.length === 0 ? ['no request in the last minute'] : [table.toString()];
}

function ago(instant: string, now: number): string {
  return `${duration((now - Date.parse(instant)) / 1000)} ago`;
}

function backfillText({ backfill, unavailable, windows, covered }: ResourceStatus): string {
  if (unavailable) return 'unavailable';
  if (backfill === 'none') return 'not begun';
  if (backfill === 'unfinished' && covered !== null) return percent(covered);
  // Windows read, out of those found so far.
  if (backfill === 'unfinished' && windows !== null) return `${windows.done} of ${windows.found}`;
  return backfill;
}
