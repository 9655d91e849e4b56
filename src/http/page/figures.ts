import { html } from 'hono/html';
import type { ResourceStatus, Status } from '../../db/status/status.ts';
import { count, duration, plural } from '../../format.ts';
import type { Html } from '../html/words.ts';
import type { Overview } from './overview.ts';

/** The numbers at the top of the page that sum up the mirror. */
export function figures({ status, history, budgets }: Overview): Html {
  const requests = budgets.reduce((sum, { used }) => sum + used, 0);
  if (status === undefined) return html``;
  const { resources } = status;
  const sum = (of: (one: ResourceStatus) => number) => resources.reduce((total, one) => total + of(one), 0);
  const changed = Object.values(history?.changes ?? {}).flat();
  const deleted = sum((one) => one.deleted);
  return html`<dl class="tiles">
${tile('live rows', status.counted ? count(sum(({ rows }) => rows)) : '…', `in ${plural(resources.length, 'table')}`)}
${lagTile(resources)}
${tile('rows changed', count(changed.reduce((total, one) => total + one, 0)), 'in 24 hours')}
${tile('rows deleted', count(deleted), 'in 24 hours')}
${driftTile(resources)}
${editsTile(status.edits)}
${tile('requests', count(requests), 'that the limits count now')}
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
  const note =
    sampled === 0 ? 'no row audited yet' : `audit: ${count(found)} of ${plural(sampled, 'row')} in 7 days`;
  return tile('drift', compared ? plural(drifted, 'row') : '–', note);
}
