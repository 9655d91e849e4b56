import { count, duration, percent, plural } from '../../format.ts';
import type { PassState, ResourceProgress } from '../../sync/pass/progress.ts';

/** What the display depends on besides the progress itself. */
export interface Canvas {
  /** Characters in a line and lines on the screen. */
  readonly columns: number;
  readonly rows: number;
  /** Colours a text; identity where colours are not wanted. */
  readonly paint: (colour: Colour, text: string) => string;
  /** Epoch milliseconds. */
  readonly now: number;
}

export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'dim';

type Progress = Readonly<ResourceProgress>;

const MARKS: Readonly<Record<PassState, readonly [mark: string, colour: Colour]>> = {
  waiting: ['·', 'dim'],
  running: ['▸', 'cyan'],
  done: ['✓', 'green'],
  failed: ['✗', 'red'],
  unavailable: ['–', 'yellow'],
  interrupted: ['·', 'yellow'],
};

const BAR = 20;

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR);
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

/** Rows a second since the resource was begun. */
function rate(progress: Progress, now: number): number | undefined {
  if (progress.startedAt === undefined) return undefined;
  const seconds = ((progress.finishedAt ?? now) - progress.startedAt) / 1000;
  return seconds >= 0.5 ? progress.read / seconds : undefined;
}

/** The cells of a line after the name, the most important first: narrow terminals leave out the last ones. */
function cells(progress: Progress, now: number): readonly string[] {
  const { state, covered, secondsLeft, error } = progress;
  if (state === 'waiting') return [];
  if (state === 'failed' || state === 'unavailable') {
    return [`${count(progress.read)} rows`.padStart(14), `${state}: ${error ?? 'no reason known'}`];
  }
  const share = state === 'done' ? 1 : covered;
  const speed = rate(progress, now);
  const left = state === 'running' && secondsLeft !== undefined ? `${duration(secondsLeft)} left` : '';
  return [
    `${count(progress.read)} rows`.padStart(14),
    (share === undefined ? '' : percent(share)).padStart(6),
    left.padEnd(13),
    plural(progress.pages, 'page').padStart(14),
    (speed === undefined ? '' : `${count(speed)} rows/s`).padStart(15),
    share === undefined ? '' : bar(share),
  ];
}

function mark(state: PassState, canvas: Canvas): string {
  const [sign, colour] = MARKS[state];
  return canvas.paint(colour, sign);
}

/** Joins the cells that fit; a reason at the end is cut to fit. */
function line(progress: Progress, nameWidth: number, canvas: Canvas): string {
  const room = canvas.columns - 2;
  let text = ` ${progress.resource.padEnd(nameWidth)}`;
  for (const cell of cells(progress, canvas.now)) {
    const longer = `${text} ${cell}`;
    if (longer.trimEnd().length > room) {
      if (cell.includes(': ')) text = `${longer.slice(0, room - 1)}…`;
      break;
    }
    text = longer;
  }
  return mark(progress.state, canvas) + text.trimEnd().slice(0, Math.max(0, room));
}

/**
 * How long the rate limits alone will take, and the endpoint that takes longest: endpoints are read concurrently, so
 * the slowest decides.
 */
function timeLeft(all: readonly Progress[]): readonly string[] {
  const open = all.filter(({ state }) => state === 'running');
  const seconds = new Map<string, number>();
  for (const { endpoint, secondsLeft = 0 } of open)
    seconds.set(endpoint, (seconds.get(endpoint) ?? 0) + secondsLeft);
  const [slowest] = [...seconds].sort(([, a], [, b]) => b - a);
  if (slowest === undefined || slowest[1] === 0) return [];
  const known = open.every((progress) => (progress.secondsLeft ?? progress.covered) !== undefined);
  return [`${known ? 'about' : 'at least'} ${duration(slowest[1])} left`, `bound by ${slowest[0]}`];
}

/** The line of totals; narrow terminals leave out the last ones. */
function total(all: readonly Progress[], { columns, now }: Canvas): string {
  const sum = (of: (progress: Progress) => number) =>
    all.reduce((value, progress) => value + of(progress), 0);
  const started = Math.min(...all.map(({ startedAt }) => startedAt ?? now));
  const ended = sum(({ state }) => (state === 'waiting' || state === 'running' ? 0 : 1));
  const parts = [
    `${ended} of ${plural(all.length, 'resource')}`,
    `${count(sum(({ read }) => read))} rows`,
    plural(
      sum(({ requests }) => requests),
      'request',
    ),
    `${duration((now - started) / 1000)} elapsed`,
    ...timeLeft(all),
  ];
  while (parts.length > 1 && parts.join(' · ').length >= columns) parts.pop();
  return parts.join(' · ');
}

/**
 * The progress of a backfill as text: a line a resource, then the totals. If the terminal has too few lines,
 * resources that are done or waiting are only counted.
 */
export function drawProgress(all: readonly Progress[], canvas: Canvas): string {
  const nameWidth = Math.max(0, ...all.map(({ resource }) => resource.length));
  const folded = foldedStates(all, canvas.rows - 2);
  const fold = (state: PassState) => {
    const number = all.filter((progress) => progress.state === state).length;
    return folded.has(state) && number > 0 ? [`${mark(state, canvas)} ${number} ${state}`] : [];
  };
  return [
    ...fold('done'),
    ...all.filter(({ state }) => !folded.has(state)).map((progress) => line(progress, nameWidth, canvas)),
    ...fold('waiting'),
    canvas.paint('dim', total(all, canvas)),
  ].join('\n');
}

/** The states whose resources are only counted, so that the others fit into `room` lines. */
function foldedStates(all: readonly Progress[], room: number): ReadonlySet<PassState> {
  const folded = new Set<PassState>();
  for (const state of ['done', 'waiting'] as const) {
    const lines = all.filter((progress) => !folded.has(progress.state)).length + folded.size;
    if (lines > room) folded.add(state);
  }
  return folded;
}
