import { html, raw } from 'hono/html';
import { STYLE } from '../html/style.ts';
import type { Html } from '../html/words.ts';
import type { Tone } from './state.ts';

interface Document {
  readonly title: string;
  /** How what it shows is, for the tab. */
  readonly tone: Tone;
  /** Seconds until it asks again by itself; undefined for never. */
  readonly refresh: number | undefined;
  readonly body: Html;
}

/** A whole page: no script, nothing from elsewhere. */
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

/** The state as a dot, for the tab. */
function icon(tone: Tone): string {
  const svg = `%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${COLOURS[tone]}'/%3E%3C/svg%3E`;
  return `data:image/svg+xml,${svg}`;
}
