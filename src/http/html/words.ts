import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { duration } from '../../format.ts';

/** Escaped HTML. An `html` template escapes every value that is not of this type. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** How long ago an instant was, with the instant as its tooltip. */
export function ago(instant: string, at: number): Html {
  const seconds = (at - Date.parse(instant)) / 1000;
  return html`<time datetime="${instant}" title="${instant}">${duration(seconds)} ago</time>`;
}

/** A section with its heading; `aside` is small text beside the heading. */
export function section(id: string, heading: string, aside: Html | string, body: Html): Html {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${heading} <small>${aside}</small></h2>
${body}
</section>`;
}

/** A bar filled to a share, 0 to 1. */
export function bar(share: number, tone: string, label: string): Html {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return html`<svg class="bar ${tone}" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label="${label}"><rect class="room" width="100" height="1"/><rect width="${width}" height="1"/></svg>`;
}
