import type { EditDetails } from '../../db/edits/decisions.ts';
import { nameOf } from '../../edits/merge.ts';
import { toJson } from '../../exact.ts';
import { count, plural } from '../../format.ts';
import { fieldsOf } from './edits-text.ts';
import { oneLine, shortened } from './one-line.ts';
import { plainTable } from './summary.ts';

/** Columns of a terminal. */
const WIDTH = 80;
const RECORD = 24;
/** The longest state. */
const STATE = 'discarded'.length;
/** Fields of an edit that are shown. */
const FIELDS = 5;
/** Lines of an error that are shown. */
const LINES = 3;

/** A value in few words: a text as it is, a list as its elements, nothing as a dash. */
function inShort(value: unknown): string {
  if (value == null || value === '' || (Array.isArray(value) && value.length === 0)) return '–';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ');
  return toJson(value);
}

/** `field: old → new`, where both are cut so that both are seen. */
function changeText(name: string, before: string | undefined, after: string, width: number): string {
  const [was, is] = [before ?? '', after].map((text) => [...oneLine(text)].length) as [number, number];
  const needed = 2 + is + (before === undefined ? 0 : was + 3);
  const field = shortened(name, Math.max(Math.floor(width / 2), width - needed));
  const room = width - [...field].length - 2;
  if (before === undefined) return `${field}: ${shortened(after, room)}`;
  const half = Math.floor((room - 3) / 2);
  const left = is < half ? room - 3 - is : half;
  const right = was < half ? room - 3 - was : half;
  return `${field}: ${shortened(before, left)} → ${shortened(after, right)}`;
}

/** A text in lines of whole words, as long as the first few. */
function inLines(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of oneLine(text)
    .split(' ')
    .filter((one) => one !== '')) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last === undefined || [...longer].length > width) lines.push(shortened(word, width));
    else lines[lines.length - 1] = longer;
  }
  if (lines.length <= LINES) return lines;
  return [...lines.slice(0, LINES - 1), shortened(lines.slice(LINES - 1).join(' '), width)];
}

/** What an edit does and why it stands where it does, a line each. */
function linesOf(edit: EditDetails, width: number): readonly string[] {
  const { operation, changes, error } = edit;
  const isAction = changes.action !== undefined && ['action', 'create'].includes(operation);
  const fields = fieldsOf(edit).filter(({ column }) => !(isAction && column === 'action'));
  const what = isAction ? inShort(changes.action) : operation;
  const shown = fields.slice(0, FIELDS).map((field) => {
    const before = operation === 'update' ? inShort(field.base) : undefined;
    return changeText(nameOf(field), before, inShort(field.wanted), width);
  });
  return [
    ...(operation === 'update' ? [] : [shortened(what, width)]),
    ...shown,
    ...(fields.length > FIELDS ? [`and ${plural(fields.length - FIELDS, 'more field')}`] : []),
    ...inLines(error ?? '', width),
  ];
}

/**
 * A table of edits that fits a terminal of 80 columns: the record, by what people call it (`names`, by the edit's id), the
 * fields with their old and new values, and the error.
 */
export function editsTable(
  edits: readonly EditDetails[],
  total: number,
  names: ReadonlyMap<number, string>,
): string {
  if (edits.length === 0) return 'no edits';
  const id = Math.max(2, ...edits.map((edit) => String(edit.id).length));
  const widths = [id, STATE, RECORD];
  // Each column is followed by a space.
  const change = WIDTH - widths.reduce((sum, width) => sum + width + 1, 0) - 1;
  const table = plainTable(
    ['id', 'state', 'record', 'change'],
    ['state', 'record', 'change'],
    [...widths, change],
  );
  for (const edit of edits)
    table.push([
      edit.id,
      edit.state,
      shortened(`${edit.resource} ${names.get(edit.id) ?? edit.record_id}`, RECORD),
      linesOf(edit, change).join('\n'),
    ]);
  const text = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
  const more = total - edits.length;
  return `${text}${more > 0 ? `\nand ${count(more)} older ones: --limit shows more` : ''}`;
}
