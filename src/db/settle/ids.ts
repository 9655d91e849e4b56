import { type SQL, sql } from 'drizzle-orm';
import { type State, UNSETTLED } from '../../edits/states.ts';
import type { Resource } from '../../resources/define.ts';
import { resources } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';
import { statesIn } from '../edits/queue.ts';
import { col, editsAs } from '../edits/table.ts';
import { edits } from '../tables.ts';

const made = editsAs('made');

/** What is known about a provisional id. */
export interface Known {
  readonly provisional: string;
  /** The id that Pylon gave; null if the record is not created yet. */
  readonly id: string | null;
  /** The create that made it; null if it is unknown. */
  readonly edit: number | null;
  readonly state: State | null;
}

/** What is known about provisional ids, by them; one of which nothing is known has neither an id nor an edit. */
export async function findProvisional(
  db: Executor,
  named: readonly string[],
): Promise<ReadonlyMap<string, Known>> {
  const { rows } = await db.execute<Known & Record<string, unknown>>(sql`
    SELECT named.provisional, ids.id, ${made.id}::float8 AS edit, ${made.state}
      FROM unnest(${sql.param([...named])}::text[]) AS named(provisional)
      LEFT JOIN pylon_sync.ids ON ids.provisional = named.provisional
      LEFT JOIN ${edits} AS made ON ${made.record_id} = named.provisional AND ${made.operation} = 'create'`);
  return new Map(rows.map((row) => [row.provisional, row]));
}

/** The columns of writable resources that contain ids of a resource's records. */
function referring({ name }: Resource): readonly (readonly [Resource, column: string])[] {
  return resources.flatMap((resource) =>
    Object.entries(resource.refers ?? {})
      .filter(([column, named]) => named === name && resource.writes?.columns[column] !== undefined)
      .map(([column]) => [resource, column] as const),
  );
}

/** SQL: a JSON value with one string replaced by another. */
const replaced = (column: SQL, from: string, to: string) =>
  sql`replace(${column}::text, to_jsonb(${from}::text)::text, to_jsonb(${to}::text)::text)::jsonb`;

/**
 * Replaces a provisional id with the one that Pylon gave: in the edits of the record, in rows that refer to it, and
 * in the unsettled edits of these rows. Other mentions are resolved when they are sent.
 */
export async function giveId(
  tx: Executor,
  resource: Resource,
  { record, id, edit }: { readonly record: string; readonly id: string; readonly edit: number },
): Promise<void> {
  await tx.execute(sql`
    INSERT INTO pylon_sync.ids (provisional, resource, id) VALUES (${record}, ${resource.name}, ${id})
        ON CONFLICT (provisional) DO NOTHING`);
  const changes = sql`${col.changes} = ${replaced(col.changes, record, id)}, ${col.base} = ${replaced(col.base, record, id)}`;
  await tx.execute(sql`
    UPDATE ${edits} SET ${col.record_id} = ${id}, ${changes}
     WHERE ${col.resource} = ${resource.name} AND ${col.record_id} = ${record}`);
  await tx.execute(sql`
    UPDATE ${edits} SET ${changes}
     WHERE ${col.txid} = (SELECT ${col.txid} FROM ${edits} WHERE ${col.id} = ${edit}) AND ${col.state} = ANY(${statesIn(UNSETTLED)})
       AND strpos(${col.changes}::text || ${col.base}::text, to_jsonb(${record}::text)::text) > 0`);
  for (const [{ name, table }, column] of referring(resource)) {
    const { rows } = await tx.execute<{ id: string }>(sql`
      UPDATE ${table} SET ${sql.identifier(column)} = ${id}, _synced_at = statement_timestamp()
       WHERE ${sql.identifier(column)} = ${record} RETURNING id`);
    if (rows.length === 0) continue;
    await tx.execute(sql`
      UPDATE ${edits} SET ${changes}
       WHERE ${col.resource} = ${name} AND ${col.record_id} = ANY(${sql.param(rows.map((row) => row.id))}::text[])
         AND ${col.state} = ANY(${statesIn(UNSETTLED)})`);
  }
}
