import { html } from 'hono/html';
import { duration } from '../../format.ts';
import type { Html } from '../html/words.ts';
import { attention } from './attention.ts';
import { backfill } from './backfill.ts';
import { budget } from './budget.ts';
import { deletions } from './deletions.ts';
import { document } from './document.ts';
import { errors } from './errors.ts';
import { figures } from './figures.ts';
import type { Overview } from './overview.ts';
import { resources } from './resources.ts';
import { runs } from './runs.ts';
import { nameOf, stateOf } from './state.ts';

/** Seconds between two refreshes of the page. */
const REFRESH = 15;

/** The operator's page as HTML; every text in it is escaped. */
export function page(overview: Overview): Html {
  const { status, version, at } = overview;
  const state = stateOf(overview);
  const name = status?.workspace?.name ?? 'pylon-sync';
  const body = html`<header>
<p class="brand">pylon-sync <span class="soft">${version}</span> <a href="/reports">Reports</a></p>
<h1>${name}</h1>
<p class="banner ${state.tone}"><strong>${state.word}</strong> <span>${state.sentence}</span></p>
${who(overview)}
</header>
<main>
${attention(overview)}
${figures(overview)}
${backfill(overview)}
${resources(overview)}
${budget(overview)}
${runs(overview)}
${errors(overview)}
${deletions(overview)}
</main>
<footer>
<p>${hooks(overview)}</p>
<p><a href="/metrics">metrics</a> <a href="/readyz">readiness</a></p>
<p>As of <time datetime="${new Date(at).toISOString()}">${new Date(at).toISOString().slice(11, 19)} UTC</time>, refreshed every ${REFRESH} seconds.</p>
</footer>`;
  return document({ title: `${state.word} · ${name}`, tone: state.tone, refresh: REFRESH, body });
}

const ROLES: Readonly<Record<Overview['role'], string>> = {
  starting: 'starting',
  standby: 'standing by',
  active: 'at work',
  stopping: 'stopping',
};

/** The workspace, this process, and the process that holds the lease. */
function who({ status, role, holder }: Overview): Html {
  const works = status?.holder ?? holder;
  const workspace = status?.workspace;
  return html`<dl class="who">
<div><dt>workspace</dt><dd>${workspace === undefined || workspace === null ? 'not known yet' : html`<code>${workspace.id}</code>`}</dd></div>
<div><dt>this process</dt><dd>${ROLES[role]}, up ${duration(process.uptime())}</dd></div>
<div><dt>database in use by</dt><dd>${status === undefined ? 'not known' : works === undefined || works === null ? 'nobody' : nameOf(works)}</dd></div>
</dl>`;
}

function hooks({ webhooks }: Overview): string {
  if (webhooks === undefined) return 'Webhooks are off.';
  return `Webhooks: ${webhooks.accepted} taken, ${webhooks.refused} refused since the start.`;
}
