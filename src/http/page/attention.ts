import { html } from 'hono/html';
import { type Html, section } from '../html/words.ts';
import type { Overview } from './overview.ts';
import { isEarly, isGrave } from './state.ts';

/** The list of what is wrong: first what this process retries, then what needs a person. */
export function attention(overview: Overview): Html {
  const { status, away, trouble, waiting } = overview;
  const own = trouble ?? (status === undefined && !isEarly(overview) ? away : undefined);
  const items = [
    ...(own === undefined ? [] : [item('bad', own, null)]),
    ...waiting.map(({ kind, what, command }) => item(isGrave(kind) ? 'bad' : 'warn', what, command)),
  ];
  if (items.length === 0) return html``;
  return section('attention', 'What is wrong', '', html`<ul class="alerts">${items}</ul>`);
}

function item(tone: 'bad' | 'warn', what: string, command: string | null): Html {
  return html`<li class="${tone}">${what}${command === null ? '' : html`<pre><code>${command}</code></pre>`}</li>`;
}
