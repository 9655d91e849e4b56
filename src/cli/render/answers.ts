import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import type { Answered, Notice } from '../../db/connection/console.ts';
import { plural } from '../../format.ts';

/**
 * A value for a terminal: whoever wrote it, it must not steer the terminal. Lines stay lines, other control characters
 * become U+FFFD.
 */
export const printable = (value: string): string =>
  /^[ -~\n]*$/.test(value)
    ? value
    : // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to go.
      stripVTControlCharacters(value).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD');

/** Numbers read better to the right; everything else stays at the left. */
const isNumber = (value: string | null): boolean => value === null || /^-?[\d.]+(e[+-]?\d+)?$/i.test(value);

/** How many columns of a terminal a line takes. */
const widthOf = (line: string): number => (/^[ -~]*$/.test(line) ? line.length : stringWidth(line));

/** A value's lines, as a terminal shows them. */
const linesOf = (value: string | null | undefined): readonly string[] => printable(value ?? '').split('\n');

/** How a column is laid out. */
interface Layout {
  readonly isRight: boolean;
  /** In columns of a terminal. */
  readonly width: number;
}

/** Whether each column is of numbers, and how wide it is. */
function layOut(columns: readonly string[], rows: Answered['rows']): readonly Layout[] {
  return columns.map((name, at) => {
    let isRight = rows.length > 0;
    let width = 0;
    const widen = (value: string | null | undefined) => {
      for (const line of linesOf(value)) width = Math.max(width, widthOf(line));
    };
    widen(name);
    for (const row of rows) {
      const value = row[at] ?? null;
      isRight &&= isNumber(value);
      widen(value);
    }
    return { isRight, width };
  });
}

/** One row, whose cells may have several lines. What is at the left of the last column is not padded. */
function* rowLines(
  cells: readonly (string | null | undefined)[],
  layouts: readonly Layout[],
): Generator<string> {
  const texts = cells.map(linesOf);
  const height = texts.reduce((most, { length }) => Math.max(most, length), 1);
  for (let line = 0; line < height; line++)
    yield layouts
      .map(({ isRight, width }, at) => {
        const text = texts[at]?.[line] ?? '';
        if (!isRight && at === layouts.length - 1) return text;
        const padding = ' '.repeat(Math.max(0, width - widthOf(text)));
        return isRight ? padding + text : text + padding;
      })
      .join(' ');
}

/**
 * The answer to one statement, line by line: its rows as a table and their number, or what it did. The whole is never
 * one text: an answer may be longer than a text can be.
 */
export function* answerLines({ columns, rows, tag }: Answered): Generator<string> {
  if (columns.length === 0) {
    yield tag;
    return;
  }
  const layouts = layOut(columns, rows);
  yield* rowLines(columns, layouts);
  if (rows.length > 0) yield '─'.repeat(layouts.reduce((sum, { width }) => sum + width + 1, 0));
  for (const row of rows) yield* rowLines(row, layouts);
  yield `(${plural(rows.length, 'row')})`;
}

/** A message of the server, with what it adds. */
export function noticeText({ severity, message, detail, hint }: Notice): string {
  const lines = [`${severity}:  ${message}`];
  if (detail) lines.push(`DETAIL:  ${detail}`);
  if (hint) lines.push(`HINT:  ${hint}`);
  return lines.map(printable).join('\n');
}
