import type { Aim } from './aims.ts';

/** A Markdown table whose columns line up in a terminal too; all but the first align to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) =>
    Math.max(3, ...[name, ...rows.map((row) => row[column] ?? '')].map((cell) => cell.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map(
    (width, column) => '-'.repeat(width - (column === 0 ? 0 : 1)) + (column === 0 ? '' : ':'),
  );
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

export function aimsTable(aims: readonly Aim[]): string {
  const rows = aims.map(({ what, aim, measured, reached }) => [what, aim, measured, reached ? 'yes' : 'no']);
  return table(['aim', 'at', 'measured', 'reached'], rows);
}
