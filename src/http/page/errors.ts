import { html } from 'hono/html';
import { ago, type Html, section } from '../html/words.ts';
import type { Overview } from './overview.ts';

/**
 * The errors of last runs that do not count as failures: the token may not read the resource, or the run was
 * interrupted.
 */
export function errors({ status, at }: Overview): Html {
  const items = (status?.resources ?? []).flatMap(({ resource, last_run, failing }) =>
    last_run?.error && failing === null
      ? [
          html`<li><strong>${resource}</strong> <span class="soft">${last_run.outcome} ${ago(last_run.finished_at ?? last_run.started_at, at)}</span><br>${last_run.error}</li>`,
        ]
      : [],
  );
  if (items.length === 0) return html``;
  return section('errors', 'Errors of the last runs', '', html`<ul class="plain">${items}</ul>`);
}
