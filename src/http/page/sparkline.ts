import { html } from 'hono/html';
import { SLOTS } from '../../db/status/recent.ts';
import { count, plural } from '../../format.ts';
import type { Html } from '../html/words.ts';

const HEIGHT = 20;
const STEP = 3;

/**
 * Rows changed in each half hour of a day, as bars. A bar's height is the square root of its number, so that a
 * backfill does not make the bars of the next day invisible. Without changes it is a flat line.
 */
export function sparkline(changes: readonly number[]): Html {
  const most = Math.max(0, ...changes);
  const bars = changes.flatMap((changed, slot) => {
    if (changed <= 0) return [];
    const height = Math.max(1.5, Math.sqrt(changed / most) * (HEIGHT - 1));
    return [
      html`<rect x="${slot * STEP}" y="${round(HEIGHT - height)}" width="${STEP - 1}" height="${round(height)}"/>`,
    ];
  });
  const total = changes.reduce((sum, changed) => sum + changed, 0);
  const label =
    total === 0
      ? 'no row changed in 24 hours'
      : `${plural(total, 'row')} changed in 24 hours, at most ${count(most)} within half an hour`;
  return html`<svg class="spark" viewBox="0 0 ${SLOTS * STEP} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}"><title>${label}</title><rect class="base" y="${HEIGHT - 0.5}" width="${SLOTS * STEP}" height="0.5"/>${bars}</svg>`;
}

const round = (value: number) => Math.round(value * 10) / 10;
