import { sql } from 'drizzle-orm';
import { parseJson } from '../../exact.ts';
import type { Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { arrayLiteral } from '../row/fit.ts';
import { jsonColumns, type Row, withValues } from '../row/row.ts';

/**
 * The rows, with the stored values of `partial` columns that their answers left out: only some of Pylon's answers
 * have them, and the others do not say that they changed.
 */
export async function completed(
  tx: Executor,
  resource: Resource,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const { table, partial = [] } = resource;
  if (partial.length === 0 || rows.length === 0) return rows;
  const names = jsonColumns(resource).map(({ name }) => name);
  const places = partial.map((name) => names.indexOf(name));
  const isLacking = ({ json }: Row) => {
    const values = parseJson(json) as unknown[];
    return places.some((place) => values[place] === null);
  };
  const lacking = new Map(rows.filter(isLacking).map((row) => [row.id, row]));
  if (lacking.size === 0) return rows;
  const columns = sql.join(
    partial.map((name) => sql.identifier(name)),
    sql`, `,
  );
  const stored = await tx.execute<Record<string, readonly unknown[] | null> & { id: string }>(sql`
    SELECT id, ${columns} FROM ${table} WHERE id = ANY(${sql.param([...lacking.keys()])}::text[])`);
  const known = new Map(stored.rows.map((row) => [row.id, row]));
  return rows.map((row) => {
    const had = lacking.has(row.id) ? known.get(row.id) : undefined;
    if (had === undefined) return row;
    const values = parseJson(row.json) as unknown[];
    const lastKnown = partial.flatMap((name, index) => {
      const value = had[name];
      return value == null || values[places[index] ?? -1] !== null ? [] : [[name, arrayLiteral(value)]];
    });
    return lastKnown.length === 0 ? row : withValues(resource, row, Object.fromEntries(lastKnown));
  });
}
