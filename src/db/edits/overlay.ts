import { sql } from 'drizzle-orm';
import pg from 'pg';
import { kindsOf } from '../../edits/body.ts';
import { overlaid, type Values } from '../../edits/merge.ts';
import { UNSETTLED } from '../../edits/states.ts';
import type { Resource } from '../../resources/define.ts';
import type { Executor } from '../connect.ts';
import { arrayLiteral } from '../fit.ts';
import { jsonColumns, type Row } from '../row.ts';

const TEXT_ARRAY = 1009 as Parameters<typeof pg.types.getTypeParser>[0];
const readArray = pg.types.getTypeParser(TEXT_ARRAY) as (literal: string) => unknown;

/** A row's columns as JSON has them, from the form in which it is written. */
export function columnsIn(resource: Resource, { json }: Pick<Row, 'json'>): Values {
  const values = JSON.parse(json) as unknown[];
  return Object.fromEntries(
    jsonColumns(resource).map(({ name, type }, index) => {
      const value = values[index];
      return [name, type === 'text[]' && typeof value === 'string' ? readArray(value) : value];
    }),
  );
}

/** The same row with other values in its columns; what it says of Pylon's, its hash, stays. */
function withColumns(resource: Resource, row: Row, shown: Values): Row {
  const values = JSON.parse(row.json) as unknown[];
  jsonColumns(resource).forEach(({ name, type }, index) => {
    const value = shown[name] ?? null;
    values[index] = type === 'text[]' && Array.isArray(value) ? arrayLiteral(value) : value;
  });
  return { ...row, json: JSON.stringify(values) };
}

/** An edit as far as it matters to what its row shows. */
interface Shown {
  readonly id: number;
  readonly record_id: string;
  readonly operation: string;
  readonly changes: Values;
  readonly base: Values;
}

const STATES = sql.raw(UNSETTLED.map((state) => `'${state}'`).join(', '));

/** Unsettled edits of records, in their order. */
async function unsettledOf(
  tx: Executor,
  resource: string,
  ids: readonly string[],
): Promise<readonly Shown[]> {
  const { rows } = await tx.execute<Shown & Record<string, unknown>>(sql`
    SELECT id, record_id, operation, changes, base FROM pylon_sync.edits
     WHERE resource = ${resource} AND record_id = ANY(${sql.param([...ids])}::text[]) AND state IN (${STATES})
     ORDER BY id`);
  return rows;
}

/** Rows as they are to be shown. */
export interface ShownRows {
  readonly rows: readonly Row[];
  /** Keeps with the edits what Pylon holds of their columns, of those rows that were written. */
  noteShadows(tx: Executor, written: ReadonlySet<string>): Promise<void>;
}

/**
 * Puts the values of edits that are not settled over Pylon's, which are kept with the edits. A record that is being
 * deleted from here is left out. The rows must be locked, so that no edit of them comes in between.
 */
export async function withEdits(tx: Executor, resource: Resource, rows: readonly Row[]): Promise<ShownRows> {
  const edits = new Map<string, Shown[]>();
  if (resource.writes !== undefined && rows.length > 0) {
    const ids = rows.map(({ id }) => id);
    for (const edit of await unsettledOf(tx, resource.name, ids))
      edits.set(edit.record_id, [...(edits.get(edit.record_id) ?? []), edit]);
  }
  if (edits.size === 0) return { rows, noteShadows: async () => {} };
  const kinds = kindsOf(resource);
  const remotes = new Map<string, Values>();
  const shown = rows.flatMap((row) => {
    const own = edits.get(row.id);
    if (own === undefined) return [row];
    if (own.some(({ operation }) => operation === 'delete')) return [];
    const remote = columnsIn(resource, row);
    remotes.set(row.id, remote);
    return [withColumns(resource, row, overlaid(remote, own, kinds))];
  });
  return {
    rows: shown,
    async noteShadows(tx, written) {
      for (const [id, remote] of remotes)
        if (written.has(id)) for (const edit of edits.get(id) ?? []) await keepShadow(tx, edit, remote);
    },
  };
}

async function keepShadow(tx: Executor, { id, changes }: Shown, remote: Values): Promise<void> {
  const shadow = Object.fromEntries(Object.keys(changes).map((column) => [column, remote[column] ?? null]));
  await tx.execute(
    sql`UPDATE pylon_sync.edits SET shadow = ${JSON.stringify(shadow)}::jsonb WHERE id = ${id}`,
  );
}
