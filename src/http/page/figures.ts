import { html } from 'hono/html';
import type { ResourceStatus, Status } from '../../db/status/status.ts';
import { count, countAbout, duration, percent, plural } from '../../format.ts';
import type { Html } from '../html/words.ts';
import type { Overview } from './overview.ts';

/** The numbers at the top of the page that sum up the mirror. */
export function figures({ status, history, budgets }: Overview): Html {
  if (status === undefined) return html``;
  const { resources } = status;
  const sum = (of: (one: ResourceStatus) => number) => resources.reduce((total, one) => total + of(one), 0);
  const changed = Object.values(history?.changes ?? {}).flat();
  const deleted = sum((one) => one.deleted);
  const isEstimate = resources.some(({ rows_estimated }) => rows_estimated);
  return html`<dl class="tiles">
${tile(
  'live rows',
  status.counted
    ? countAbout(
        sum(({ rows }) => rows),
        isEstimate,
      )
    : '…',
  `in ${plural(resources.length, 'table')}`,
)}
${lagTile(resources)}
${tile('rows changed', count(changed.reduce((total, one) => total + one, 0)), 'in 24 hours')}
${tile('rows deleted', count(deleted), 'in 24 hours')}
${driftTile(resources)}
${editsTile(status.edits)}
${decisionsTile(status.edits)}
${limitsTile(budgets)}
</dl>`;
}

function tile(name: string, value: string, note: string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`;
}

function editsTile({ by_state, waiting_seconds }: Status['edits']): Html {
  const { pending, sending, applied } = by_state;
  const longest = waiting_seconds === null ? '' : `, the longest for ${duration(waiting_seconds)}`;
  return tile(
    'edits on their way',
    count(pending + sending),
    `${count(applied)} applied in 24 hours${longest}`,
  );
}

function decisionsTile({ by_state }: Status['edits']): Html {
  const { draft, conflict, failed } = by_state;
  const parts = [
    ...(draft > 0 ? [plural(draft, 'draft')] : []),
    ...(conflict > 0 ? [`${count(conflict)} in conflict`] : []),
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
  ];
  const note = parts.length === 0 ? 'no edit waits for a person' : parts.join(', ');
  return tile('edits to decide', count(draft + conflict + failed), note);
}

/** How much of the limit that is used most is used now. */
function limitsTile(budgets: Overview['budgets']): Html {
  const [most] = budgets;
  if (most === undefined) return tile('request limits used', '0 %', 'no request lately');
  const { endpoint, used, allowed } = most;
  return tile('request limits used', percent(used / allowed), `at most, by ${endpoint}`);
}

function lagTile(resources: readonly ResourceStatus[]): Html {
  const read = resources.filter(({ lag_seconds, unavailable }) => lag_seconds !== null && !unavailable);
  const last = read.reduce<ResourceStatus | undefined>(
    (worst, one) => ((one.lag_seconds ?? 0) > (worst?.lag_seconds ?? -1) ? one : worst),
    undefined,
  );
  if (last === undefined) return tile('furthest behind', '–', 'no resource has been read in full yet');
  return tile('furthest behind', duration(last.lag_seconds ?? 0), last.resource);
}

function driftTile(resources: readonly ResourceStatus[]): Html {
  const drifted = resources.reduce((sum, { drift }) => sum + (drift.reconcile ?? 0), 0);
  const audits = resources.map(({ drift }) => drift.audit);
  const sampled = audits.reduce((sum, audit) => sum + audit.sampled, 0);
  const found = audits.reduce((sum, audit) => sum + audit.drifted, 0);
  const compared = resources.some(({ drift }) => drift.reconcile !== null);
  const audited =
    sampled === 0
      ? ''
      : `; ${count(found)} of ${plural(sampled, 'row')} that were read again at random in 7 days`;
  return compared
    ? tile('missed changes', count(drifted), `found and corrected by the last comparisons${audited}`)
    : tile('missed changes', 'unknown', `until the first nightly comparison${audited}`);
}
