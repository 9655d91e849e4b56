import { stripVTControlCharacters } from 'node:util';
import type { Answered, Notice } from '../../db/connection/console.ts';
import { plural } from '../../format.ts';
import { plainTable } from './summary.ts';

/**
 * A value for a terminal: whoever wrote it, it must not steer the terminal. Lines stay lines, other control characters
 * become U+FFFD.
 */
const printable = (value: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to go.
  stripVTControlCharacters(value).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD');

/** Numbers read better to the right; everything else stays at the left. */
const isNumber = (value: string | null): boolean => value === null || /^-?[\d.]+(e[+-]?\d+)?$/i.test(value);

/** The answer to one statement: its rows as a table and their number, or what it did. */
export function answerText({ columns, rows, tag }: Answered): string {
  if (columns.length === 0) return tag;
  const left = columns.filter(
    (_, at) => rows.length === 0 || !rows.every((row) => isNumber(row[at] ?? null)),
  );
  const table = plainTable(columns.map(printable), left.map(printable));
  for (const row of rows) table.push(row.map((value) => printable(value ?? '')));
  return `${table.toString()}\n(${plural(rows.length, 'row')})`;
}

/** A message of the server, with what it adds. */
export function noticeText({ severity, message, detail, hint }: Notice): string {
  const lines = [`${severity}:  ${message}`];
  if (detail) lines.push(`DETAIL:  ${detail}`);
  if (hint) lines.push(`HINT:  ${hint}`);
  return lines.map(printable).join('\n');
}
