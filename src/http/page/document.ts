import { html, raw } from 'hono/html';
import { STYLE } from '../html/style.ts';
import type { Html } from '../html/words.ts';
import type { Tone } from './state.ts';

interface Document {
  readonly title: string;
  /** The colour of the tab's icon. */
  readonly tone: Tone;
  /** Seconds between two refreshes; undefined for no refresh. */
  readonly refresh: number | undefined;
  readonly body: Html;
}

/** A whole HTML page, without scripts and without anything from other addresses. */
export function document({ title, tone, refresh, body }: Document): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${refresh === undefined ? '' : html`<meta http-equiv="refresh" content="${refresh}">`}
<title>${title}</title>
<link rel="icon" href="${raw(icon(tone))}">
<style>${raw(STYLE)}</style>
</head>
<body>
${body}
</body>
</html>`;
}

const COLOURS: Readonly<Record<Tone, string>> = {
  good: '2f9e44',
  busy: '1c7ed6',
  idle: '868e96',
  warn: 'e8890c',
  bad: 'e03131',
};

/** The tab's icon: a dot in the colour of the state. */
function icon(tone: Tone): string {
  const svg = `%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${COLOURS[tone]}'/%3E%3C/svg%3E`;
  return `data:image/svg+xml,${svg}`;
}
