import { sql } from 'drizzle-orm';
import { UNSETTLED } from '../../edits/states.ts';
import { PermanentError } from '../../errors.ts';
import type { Resource } from '../../resources/define.ts';
import { resources } from '../../resources/index.ts';
import type { Database, Executor } from '../connection/connect.ts';
import { statesIn } from '../edits/queue.ts';
import { col } from '../edits/table.ts';
import { changing } from '../lease/transaction.ts';
import { edits as queue } from '../tables.ts';
import { descendants, eraseGone } from './erase.ts';

/** What was erased of a record, or would be with `dryRun`. */
export interface Purged {
  /** Number of emptied rows by resource: the record's own and its children's. */
  readonly rows: Readonly<Record<string, number>>;
  readonly edits: number;
  readonly rejected: number;
  /** Number of changes of fields. */
  readonly changes: number;
}

/** Thrown to roll back a transaction that only counts. */
class CountedOnly extends Error {
  readonly purged: Purged;
  constructor(purged: Purged) {
    super('counted only');
    this.purged = purged;
  }
}

/**
 * Erases everything that is stored about a record deleted in Pylon, and about its children, in one transaction: the
 * content of their rows, their edits, rejected objects and changes of fields. With `dryRun`, only counts. References
 * to it in other rows stay, as in Pylon.
 *
 * @param which The resources to search for the id; default: all, as an id hardly ever occurs in two.
 * @throws PermanentError if the record is live (the next pull would restore it), it has an unsettled edit, or nothing
 * is stored about it.
 */
export async function purge(
  db: Pick<Database, 'pool'>,
  id: string,
  {
    which = resources,
    dryRun,
  }: { readonly which?: readonly Resource[] | undefined; readonly dryRun: boolean },
): Promise<Purged> {
  try {
    return await changing(
      db,
      async (tx) => {
        const purged = await erase(tx, id, which);
        if (dryRun) throw new CountedOnly(purged);
        return purged;
      },
      { asDaemon: true },
    );
  } catch (error) {
    if (error instanceof CountedOnly) return error.purged;
    throw error;
  }
}

/** The ids of the record and of its children, by resource. Locks the record's rows. */
async function findDoomed(tx: Executor, id: string, which: readonly Resource[]) {
  const own = sql`id = ${id}`;
  const doomed = new Map<Resource, readonly string[]>();
  let isKnown = false;
  for (const resource of which) {
    const { rows } = await tx.execute<{ live: boolean }>(
      sql`SELECT _deleted_at IS NULL AS live FROM ${resource.table} WHERE ${own} FOR NO KEY UPDATE`,
    );
    if (rows[0]?.live === true)
      throw new PermanentError(
        `${resource.name} ${id} is not deleted, and the next pull would bring it back: delete it in Pylon first`,
      );
    isKnown ||= rows.length > 0;
    doomed.set(resource, [...(doomed.get(resource) ?? []), id]);
    for (const [child, owned] of descendants(resource, own)) {
      const found = await tx.execute<{ id: string }>(sql`SELECT id FROM ${child.table} WHERE ${owned}`);
      doomed.set(child, [...(doomed.get(child) ?? []), ...found.rows.map((row) => row.id)]);
    }
  }
  return { doomed, isKnown };
}

async function erase(tx: Executor, id: string, which: readonly Resource[]): Promise<Purged> {
  const { doomed, isKnown } = await findDoomed(tx, id, which);
  const rows: Record<string, number> = {};
  let [edits, rejected, changes] = [0, 0, 0];
  for (const [resource, ids] of doomed) {
    const { name } = resource;
    const named = sql`${sql.param([...ids])}::text[]`;
    const open = await tx.execute<{ id: number }>(sql`
      SELECT ${col.id}::float8 FROM ${queue}
       WHERE ${col.resource} = ${name} AND ${col.record_id} = ANY(${named}) AND ${col.state} = ANY(${statesIn(UNSETTLED)}) LIMIT 1`);
    const [edit] = open.rows;
    if (edit !== undefined)
      throw new PermanentError(
        `edit ${edit.id}, of ${name}, is not settled: wait for it, or \`pylon-sync edits discard ${edit.id}\``,
      );
    const emptied = await eraseGone(tx, resource, sql`id = ANY(${named})`);
    if (emptied > 0) rows[name] = emptied;
    const forget = async (table: string): Promise<number> => {
      const from = sql`pylon_sync.${sql.identifier(table)}`;
      const { rowCount } = await tx.execute(
        sql`DELETE FROM ${from} WHERE resource = ${name} AND record_id = ANY(${named})`,
      );
      return rowCount ?? 0;
    };
    edits += await forget('edits');
    rejected += await forget('rejected_records');
    changes += await forget('changes');
    await forget('rereads');
  }
  if (!isKnown && edits + rejected + changes === 0)
    throw new PermanentError(`nothing is known here of a record ${id}`);
  return { rows, edits, rejected, changes };
}
