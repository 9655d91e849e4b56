import { html } from 'hono/html';
import type { Deletion } from '../../db/status/recent.ts';
import { ago, type Html, section } from '../html/words.ts';
import type { Overview } from './overview.ts';

/** The latest deletions, each with its evidence. */
export function deletions({ history, at }: Overview): Html {
  if (history === undefined || history.deletions.length === 0) return html``;
  const body = html`<ul class="plain">${history.deletions.map((one) => item(one, at))}</ul>`;
  return section('deletions', 'Deletions', 'the latest', body);
}

function item({ resource, record_id, deleted_at, restored_at, evidence }: Deletion, at: number): Html {
  const back = restored_at === null ? '' : html` <span class="state good">seen again</span>`;
  return html`<li><strong>${resource}</strong> <code>${record_id}</code> <span class="soft">${ago(deleted_at, at)}</span>${back}<br><span class="soft">${proofOf(evidence)}</span></li>`;
}

/** `{"absent_from": …, "confirmed_by": "GET /issues/{id}", "status": 404}` or `{"parent": …}`, in words. */
function proofOf({ absent_from, confirmed_by, status, parent }: Deletion['evidence']): string {
  if (parent !== undefined) return `went with its parent ${wordOf(parent)}`;
  return [
    ...(absent_from === undefined ? [] : [`absent from ${wordOf(absent_from)}`]),
    ...(confirmed_by === undefined ? [] : [`${wordOf(confirmed_by)} answers ${wordOf(status)}`]),
  ].join(', ');
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
