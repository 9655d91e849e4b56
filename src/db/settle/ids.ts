import { type SQL, sql } from 'drizzle-orm';
import { type State, UNSETTLED } from '../../edits/states.ts';
import type { Resource } from '../../resources/define.ts';
import { resources } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';
import { statesIn } from '../edits/queue.ts';

/** What is known of a provisional id. */
export interface Known {
  readonly provisional: string;
  /** What Pylon gave for it. */
  readonly id: string | null;
  /** The create that it comes from. */
  readonly edit: number | null;
  readonly state: State | null;
}

export async function findProvisional(
  db: Executor,
  named: readonly string[],
): Promise<ReadonlyMap<string, Known>> {
  const { rows } = await db.execute<Known & Record<string, unknown>>(sql`
    SELECT named.provisional, ids.id, made.id::float8 AS edit, made.state
      FROM unnest(${sql.param([...named])}::text[]) AS named(provisional)
      LEFT JOIN pylon_sync.ids ON ids.provisional = named.provisional
      LEFT JOIN pylon_sync.edits AS made ON made.record_id = named.provisional AND made.operation = 'create'`);
  return new Map(rows.map((row) => [row.provisional, row]));
}

/** Columns of mirror tables, of those that can be written, that hold ids of a resource's records. */
function referring({ name }: Resource): readonly (readonly [Resource, column: string])[] {
  return resources.flatMap((resource) =>
    Object.entries(resource.refers ?? {})
      .filter(([column, named]) => named === name && resource.writes?.columns[column] !== undefined)
      .map(([column]) => [resource, column] as const),
  );
}

/** The text of a JSON value with one string in it replaced by another. */
const replaced = (column: SQL, from: string, to: string) =>
  sql`replace(${column}::text, to_jsonb(${from}::text)::text, to_jsonb(${to}::text)::text)::jsonb`;

/**
 * Puts the id that Pylon gave in the place of the provisional one: in the edits of the record, in rows that refer to
 * it, and in what waits to be written to these. What else names it is looked up when it is sent.
 */
export async function giveId(
  tx: Executor,
  resource: Resource,
  { record, id, edit }: { readonly record: string; readonly id: string; readonly edit: number },
): Promise<void> {
  await tx.execute(sql`
    INSERT INTO pylon_sync.ids (provisional, resource, id) VALUES (${record}, ${resource.name}, ${id})
        ON CONFLICT (provisional) DO NOTHING`);
  const changes = sql`changes = ${replaced(sql`changes`, record, id)}, base = ${replaced(sql`base`, record, id)}`;
  await tx.execute(sql`
    UPDATE pylon_sync.edits SET record_id = ${id}, ${changes}
     WHERE resource = ${resource.name} AND record_id = ${record}`);
  await tx.execute(sql`
    UPDATE pylon_sync.edits SET ${changes}
     WHERE txid = (SELECT txid FROM pylon_sync.edits WHERE id = ${edit}) AND state = ANY(${statesIn(UNSETTLED)})
       AND strpos(changes::text || base::text, to_jsonb(${record}::text)::text) > 0`);
  for (const [{ name, table }, column] of referring(resource)) {
    const { rows } = await tx.execute<{ id: string }>(sql`
      UPDATE ${table} SET ${sql.identifier(column)} = ${id}, _synced_at = statement_timestamp()
       WHERE ${sql.identifier(column)} = ${record} RETURNING id`);
    if (rows.length === 0) continue;
    await tx.execute(sql`
      UPDATE pylon_sync.edits SET ${changes}
       WHERE resource = ${name} AND record_id = ANY(${sql.param(rows.map((row) => row.id))}::text[])
         AND state = ANY(${statesIn(UNSETTLED)})`);
  }
}
