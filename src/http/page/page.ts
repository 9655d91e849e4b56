import { html, raw } from 'hono/html';
import { duration } from '../../figures.ts';
import { attention } from './attention.ts';
import { backfill } from './backfill.ts';
import { budget } from './budget.ts';
import { deletions } from './deletions.ts';
import { errors } from './errors.ts';
import { figures } from './figures.ts';
import type { Overview } from './overview.ts';
import { resources } from './resources.ts';
import { runs } from './runs.ts';
import { nameOf, stateOf, type Tone } from './state.ts';
import { STYLE } from './style.ts';
import type { Html } from './words.ts';

/** Seconds until the page asks again. */
const REFRESH = 15;

/** The operator's page: no script, nothing from elsewhere, every text in it escaped. */
export function page(overview: Overview): Html {
  const { status, version, at } = overview;
  const state = stateOf(overview);
  const name = status?.workspace?.name ?? 'pylon-sync';
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="${REFRESH}">
<title>${state.word} · ${name}</title>
<link rel="icon" href="${raw(icon(state.tone))}">
<style>${raw(STYLE)}</style>
</head>
<body>
<header>
<p class="brand">pylon-sync <span class="soft">${version}</span></p>
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
<p>As of <time datetime="${new Date(at).toISOString()}">${new Date(at).toISOString().slice(11, 19)} UTC</time>, again every ${REFRESH} seconds.</p>
</footer>
</body>
</html>`;
}

const ROLES: Readonly<Record<Overview['role'], string>> = {
  starting: 'starting',
  standby: 'standing by',
  active: 'at work',
  stopping: 'stopping',
};

/** Which workspace, which process does what. */
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

const COLOURS: Readonly<Record<Tone, string>> = {
  good: '2f9e44',
  busy: '1c7ed6',
  idle: '868e96',
  warn: 'e8890c',
  bad: 'e03131',
};

/** The state as a dot, for the tab. */
function icon(tone: Tone): string {
  const svg = `%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${COLOURS[tone]}'/%3E%3C/svg%3E`;
  return `data:image/svg+xml,${svg}`;
}
