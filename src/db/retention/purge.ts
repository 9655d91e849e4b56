import { sql } from 'drizzle-orm';
import { UNSETTLED } from '../../edits/states.ts';
import { PermanentError } from '../../errors.ts';
import type { Resource } from '../../resources/define.ts';
import { resources } from '../../resources/index.ts';
import type { Database, Executor } from '../connection/connect.ts';
import { statesIn } from '../edits/queue.ts';
import { changing } from '../lease/transaction.ts';
import { descendants, eraseGone } from './erase.ts';

/** What was erased of a record, or would be. */
export interface Purged {
  /** Rows that were emptied, by resource: the record's own and those of what hangs on it. */
  readonly rows: Readonly<Record<string, number>>;
  readonly edits: number;
  readonly rejected: number;
  /** Changes of its fields. */
  readonly changes: number;
}

/** Rolls back what was only to be counted. */
class CountedOnly extends Error {
  readonly purged: Purged;
  constructor(purged: Purged) {
    super('counted only');
    this.purged = purged;
  }
}

/**
 * Erases all that is kept of a record that is gone from Pylon, and of what hangs on it: the content of its rows, the
 * edits of it, the objects of it that could not be stored, the changes of its fields. In one transaction; with `dryRun` only counted. What
 * other rows say of it is theirs, and as Pylon has it.
 *
 * @param which The resources to look in: an id is Pylon's, and rarely means two things.
 * @throws PermanentError when the record lives (the next pull would bring it back), an edit of it is not settled, or
 * nothing is known of it.
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

/** Ids of the record and of all that hangs on it, by resource; its rows are locked. */
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
      SELECT id::float8 FROM pylon_sync.edits
       WHERE resource = ${name} AND record_id = ANY(${named}) AND state = ANY(${statesIn(UNSETTLED)}) LIMIT 1`);
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
