import { scaleBand, scaleLinear } from 'd3-scale';
import { area, line, stack } from 'd3-shape';
import { html } from 'hono/html';
import type { Html } from '../html/words.ts';

export interface Series {
  readonly name: string;
  /** Index of the colour, from 0. */
  readonly tone: number;
  /** One value a column; null where it is not known. */
  readonly values: readonly (number | null)[];
}

export interface Chart {
  readonly id: string;
  readonly title: string;
  /** The chart in words, for people who cannot see it. */
  readonly description: string;
  readonly kind: 'area' | 'lines' | 'bars' | 'stack';
  readonly columns: readonly Column[];
  readonly series: readonly Series[];
  /** Formats a value with its unit. */
  readonly say: (value: number) => string;
}

export interface Column {
  readonly short: string;
  readonly name: string;
}

const HEIGHT = 200;
const ROOM_ABOVE = 10;
/** About how many labels fit below a chart; a phone shows half of them. */
const LABELS = 8;

/**
 * A chart as SVG. Horizontal positions are percentages and vertical ones pixels, so that the chart fills the width
 * and its text keeps its size. Each column has its values as a tooltip.
 */
export function draw(chart: Chart): Html {
  const { id, title, description, kind, columns, series } = chart;
  const tops = kind === 'stack' ? columns.map((_, at) => sumAt(series, at)) : series.flatMap(knownOf);
  const y = scaleLinear()
    .domain([0, Math.max(0, ...tops) || 1])
    .nice(4)
    .range([HEIGHT, ROOM_ABOVE]);
  const x = scaleBand<number>()
    .domain(columns.map((_, at) => at))
    .range([0, 100])
    .paddingInner(0.2)
    .paddingOuter(0.1);
  const drawing: Drawing = { ...chart, x: (at) => x(at) ?? 0, width: x.bandwidth(), step: x.step(), y };
  return html`<figure>
<figcaption>${title}</figcaption>
${series.length < 2 ? '' : html`<ul class="legend">${series.map(({ name, tone }) => html`<li class="c${tone}">${name}</li>`)}</ul>`}
<svg class="chart" id="${id}" role="img" aria-labelledby="${id}-title ${id}-desc"><title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
${grid(drawing)}
${MARKS[kind](drawing)}
${labels(drawing)}
${columns.map((_, at) => hit(drawing, at))}
</svg>
</figure>`;
}

interface Drawing extends Chart {
  /** Where a column begins, in percent. */
  readonly x: (at: number) => number;
  readonly width: number;
  /** Distance from one column to the next, in percent. */
  readonly step: number;
  readonly y: ReturnType<typeof scaleLinear<number>>;
}

const MARKS: Readonly<Record<Chart['kind'], (drawing: Drawing) => Html>> = {
  area: (drawing) => html`${paths(drawing, true)}`,
  lines: (drawing) => html`${paths(drawing, false)}${drawing.series.map((one) => dots(drawing, one))}`,
  bars,
  stack: stacked,
};

const knownOf = ({ values }: Series) => values.filter((value) => value !== null);
const sumAt = (series: readonly Series[], at: number) =>
  series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0);

const round = (value: number) => Math.round(value * 100) / 100;
const middle = ({ x, width }: Drawing, at: number) => round(x(at) + width / 2);

const TICK = new Intl.NumberFormat('en-US', { notation: 'compact' });

function grid({ y, kind }: Drawing): Html {
  // Issues are whole numbers, so fractions get no tick.
  const ticks = y.ticks(4).filter((tick) => kind === 'lines' || Number.isInteger(tick));
  return html`<g class="grid">${ticks.map(
    (tick) =>
      html`<line x2="100%" y1="${round(y(tick))}" y2="${round(y(tick))}"/><text x="-8" y="${round(y(tick) + 4)}">${TICK.format(tick)}</text>`,
  )}</g>`;
}

function paths(drawing: Drawing, filled: boolean): readonly Html[] {
  const { series, y } = drawing;
  const known = (value: number | null) => value !== null;
  const across = (_: number | null, at: number) => middle(drawing, at);
  const upward = (value: number | null) => y(value ?? 0);
  const stroke = line<number | null>(across, upward).defined(known).digits(2);
  const fill = area<number | null>(across, y(0), upward).defined(known).digits(2);
  return series.map(
    ({ tone, values }) =>
      html`<svg class="paths c${tone}" viewBox="0 0 100 ${HEIGHT}" preserveAspectRatio="none" width="100%" height="${HEIGHT}">${filled ? html`<path class="fill" d="${fill(values) ?? ''}"/>` : ''}<path class="stroke" d="${stroke(values) ?? ''}"/></svg>`,
  );
}

function dots(drawing: Drawing, { tone, values }: Series): Html {
  const circles = values.map((value, at) =>
    value === null
      ? ''
      : html`<circle cx="${middle(drawing, at)}%" cy="${round(drawing.y(value))}" r="2.5"/>`,
  );
  return html`<g class="c${tone}">${circles}</g>`;
}

function bars({ series, x, width, y }: Drawing): Html {
  const each = scaleBand<number>()
    .domain(series.map((_, index) => index))
    .range([0, width]);
  return html`${series.map(
    ({ tone, values }, index) =>
      html`<g class="c${tone}">${values.map((value, at) => block(x(at) + (each(index) ?? 0), each.bandwidth(), y(0), y(value ?? 0)))}</g>`,
  )}`;
}

function stacked({ series, columns, x, width, y }: Drawing): Html {
  const layers = stack<unknown, number, number>()
    .keys(series.map((_, index) => index))
    .value((at, index) => series[index]?.values[at] ?? 0)(columns.map((_, at) => at));
  return html`${layers.map(
    (layer, index) =>
      html`<g class="c${series[index]?.tone ?? 0}">${layer.map(([from, to], at) => block(x(at), width, y(from), y(to)))}</g>`,
  )}`;
}

function block(x: number, width: number, bottom: number, top: number): Html | string {
  if (bottom === top) return '';
  return html`<rect x="${round(x)}%" width="${round(width)}%" y="${round(top)}" height="${round(bottom - top)}"/>`;
}

function labels(drawing: Drawing): Html {
  const { columns } = drawing;
  const every = Math.ceil(columns.length / LABELS);
  return html`<g class="labels">${columns.map(({ short }, at) => {
    // Counted from the end, so that the newest column always has a label.
    const place = (columns.length - 1 - at) / every;
    if (!Number.isInteger(place)) return '';
    return html`<text class="${place % 2 === 1 ? 'wide' : ''}" x="${middle(drawing, at)}%" y="${HEIGHT + 18}">${short}</text>`;
  })}</g>`;
}

function hit({ columns, series, say, x, width, step }: Drawing, at: number): Html {
  const values = series.flatMap(({ name, values }) => {
    const value = values[at] ?? null;
    return value === null ? [] : [`${name}: ${say(value)}`];
  });
  const left = round(x(at) - (step - width) / 2);
  return html`<g class="hit"><title>${[columns[at]?.name, ...values].join('\n')}</title><rect x="${left}%" width="${round(step)}%" height="${HEIGHT}"/></g>`;
}
