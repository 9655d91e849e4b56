import { type SQL, sql } from 'drizzle-orm';
import { UNSETTLED } from '../../edits/states.ts';
import { PermanentError } from '../../errors.ts';
import type { Resource } from '../../resources/define.ts';
import { resources } from '../../resources/index.ts';
import { sleep as wait } from '../../sleep.ts';
import type { Database, Executor } from '../connection/connect.ts';
import { isLockContention } from '../connection/sql-state.ts';
import { statesIn } from '../edits/queue.ts';
import { col } from '../edits/table.ts';
import { changing } from '../lease/transaction.ts';
import { changes, edits as queue, rejectedRecords, rereads } from '../tables.ts';
import { descendants, emptyRows, hasContent } from './erase.ts';

/** What was erased of a record, or would be with `dryRun`. */
export interface Purged {
  /** Number of emptied rows by resource: the record's own and its children's. */
  readonly rows: Readonly<Record<string, number>>;
  readonly edits: number;
  readonly rejected: number;
  /** Number of changes of fields. */
  readonly changes: number;
}

interface PurgeOptions {
  /** The resources to search for the id; default: all, as an id hardly ever occurs in two. */
  readonly which?: readonly Resource[] | undefined;
  /** Whether to count only. */
  readonly dryRun: boolean;
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Records of a resource that are to be erased: the record itself, or its children. */
interface Target {
  readonly resource: Resource;
  /** SQL: the condition that finds their rows. */
  readonly among: SQL;
  readonly isOwn: boolean;
}

/** Records that are erased in one transaction at most. */
const PART = 1_000;

/** How often a part is tried while somebody has locked one of its rows: for five seconds. */
const TRIES = 25;
const PAUSE_MS = 200;
/** Milliseconds that a try waits for one lock: then it lets go of those that it has. */
const LOCK_MS = 50;

/**
 * Erases everything that is stored about a record deleted in Pylon, and about its children: the content of their rows,
 * their edits, rejected objects and changes of fields. References to it in other rows stay, as in Pylon.
 *
 * The children go first, at most a thousand in a transaction, and the record itself goes last. So nobody waits long for
 * a lock, and the next call erases what an interruption has left.
 *
 * @throws PermanentError if the record is live (the next pull would restore it), it or a child has an unsettled edit, or
 * nothing is stored about it. Nothing was erased then, unless that came to be meanwhile.
 */
export async function purge(
  db: Pick<Database, 'pool'>,
  id: string,
  { which = resources, dryRun, sleep = wait }: PurgeOptions,
): Promise<Purged> {
  const inTransaction = <T>(work: (tx: Executor) => Promise<T>): Promise<T> => onceUnlocked(db, work, sleep);
  const targets = which.flatMap((resource): readonly Target[] => {
    const own = sql`id = ${id}`;
    const children = descendants(resource, own).toReversed();
    return [
      ...children.map(([child, among]) => ({ resource: child, among, isOwn: false })),
      { resource, among: own, isOwn: true },
    ];
  });
  const known = await inTransaction(async (tx) => {
    const found = await findDeleted(tx, id, which);
    for (const target of targets) await refuseUnsettled(tx, target, id);
    return found;
  });
  const rows: Record<string, number> = {};
  let [edits, rejected, changed] = [0, 0, 0];
  for (const target of targets)
    for (let after: string | undefined = ''; after !== undefined; ) {
      const place: string = after;
      const part = await inTransaction(async (tx) => {
        const ids = target.isOwn ? [id] : await idsAfter(tx, target, place);
        if (dryRun) return { ids, ...(await count(tx, target.resource, ids)) };
        await findDeleted(tx, id, known);
        return { ids, ...(await erase(tx, target.resource, ids)) };
      });
      if (part.rows > 0) rows[target.resource.name] = (rows[target.resource.name] ?? 0) + part.rows;
      edits += part.edits;
      rejected += part.rejected;
      changed += part.changes;
      after = part.ids.length < PART ? undefined : part.ids.at(-1);
    }
  if (known.length === 0 && edits + rejected + changed === 0)
    throw new PermanentError(`nothing is known here of a record ${id}`);
  const inOrder = resources.flatMap(({ name }) => (rows[name] === undefined ? [] : [[name, rows[name]]]));
  return { rows: Object.fromEntries(inOrder), edits, rejected, changes: changed };
}

/** Runs `work` in a transaction of the daemon's mark, and tries again while others have locked what it changes. */
async function onceUnlocked<T>(
  db: Pick<Database, 'pool'>,
  work: (tx: Executor) => Promise<T>,
  sleep: (ms: number) => Promise<void>,
): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await changing(db, work, { asDaemon: true, lockMs: LOCK_MS });
    } catch (error) {
      if (tries === TRIES || !isLockContention(error)) throw error;
      await sleep(PAUSE_MS);
    }
}

/** The resources that have a row of the record; locks these rows. Throws if the record is live in one of them. */
async function findDeleted(
  tx: Executor,
  id: string,
  which: readonly Resource[],
): Promise<readonly Resource[]> {
  const found: Resource[] = [];
  for (const resource of which) {
    const { rows } = await tx.execute<{ live: boolean }>(
      sql`SELECT _deleted_at IS NULL AS live FROM ${resource.table} WHERE id = ${id} FOR NO KEY UPDATE`,
    );
    if (rows[0]?.live === true)
      throw new PermanentError(
        `${resource.name} ${id} is not deleted, and the next pull would bring it back: delete it in Pylon first`,
      );
    if (rows.length > 0) found.push(resource);
  }
  return found;
}

/** Throws if an edit of one of the records is not settled. */
async function refuseUnsettled(tx: Executor, { resource, among, isOwn }: Target, id: string): Promise<void> {
  const named = isOwn ? sql`= ${id}` : sql`IN (SELECT id FROM ${resource.table} WHERE ${among})`;
  const { rows } = await tx.execute<{ id: number }>(sql`
    SELECT ${col.id}::float8 FROM ${queue}
     WHERE ${col.resource} = ${resource.name} AND ${col.state} = ANY(${statesIn(UNSETTLED)}) AND ${col.record_id} ${named} LIMIT 1`);
  const [edit] = rows;
  if (edit !== undefined) throw notSettled(resource, edit.id);
}

const notSettled = ({ name }: Resource, edit: number) =>
  new PermanentError(
    `edit ${edit}, of ${name}, is not settled: wait for it, or \`pylon-sync edits discard ${edit}\``,
  );

/** The ids of the next part of a target, in their order. */
async function idsAfter(
  tx: Executor,
  { resource, among }: Target,
  after: string,
): Promise<readonly string[]> {
  const { rows } = await tx.execute<{ id: string }>(
    sql`SELECT id FROM ${resource.table} WHERE ${among} AND id > ${after} ORDER BY id LIMIT ${PART}`,
  );
  return rows.map(({ id }) => id);
}

type Counts = Pick<Purged, 'edits' | 'rejected' | 'changes'> & { readonly rows: number };

const arrayOf = (ids: readonly string[]) => sql`${sql.param([...ids])}::text[]`;

/** Counts what `erase` would erase. */
async function count(tx: Executor, { name, table }: Resource, ids: readonly string[]): Promise<Counts> {
  const of = (kept: Kept) =>
    sql`(SELECT count(*) FROM ${kept} WHERE resource = ${name} AND record_id = ANY(${arrayOf(ids)}))::float8`;
  const { rows } = await tx.execute<Counts & Record<string, unknown>>(sql`
    SELECT (SELECT count(*) FROM ${table} AS row WHERE row.id = ANY(${arrayOf(ids)}) AND ${hasContent('row')})::float8 AS rows,
           ${of(queue)} AS edits, ${of(rejectedRecords)} AS rejected, ${of(changes)} AS changes`);
  const [counted] = rows;
  if (counted === undefined) throw new Error('SELECT without FROM gave no row');
  return counted;
}

type Kept = typeof queue | typeof rejectedRecords | typeof changes | typeof rereads;

/** SQL: deletes what is kept of records of a resource. */
const forgetting = (kept: Kept, { name }: Resource, ids: readonly string[]) =>
  sql`DELETE FROM ${kept} WHERE resource = ${name} AND record_id = ANY(${arrayOf(ids)})`;

/** Erases what is kept of records of a resource. Throws if an edit among that is not settled. */
async function erase(tx: Executor, resource: Resource, ids: readonly string[]): Promise<Counts> {
  const forget = async (kept: Kept): Promise<number> =>
    (await tx.execute(forgetting(kept, resource, ids))).rowCount ?? 0;
  const rows = await emptyRows(tx, resource, arrayOf(ids));
  await forget(rereads);
  return {
    rows,
    edits: await forgetEdits(tx, resource, ids),
    rejected: await forget(rejectedRecords),
    changes: await forget(changes),
  };
}

/**
 * Deletes the edits of records. Throws if one of those that were deleted was not settled, which undoes the transaction: an edit
 * may have been made since anything was looked at before.
 */
async function forgetEdits(tx: Executor, resource: Resource, ids: readonly string[]): Promise<number> {
  const { rows } = await tx.execute<{ edits: number; unsettled: number | null }>(sql`
    WITH gone AS (${forgetting(queue, resource, ids)} RETURNING ${col.id}, ${col.state})
    SELECT count(*)::float8 AS edits, (min(id) FILTER (WHERE state = ANY(${statesIn(UNSETTLED)})))::float8 AS unsettled FROM gone`);
  const [gone] = rows;
  if (gone === undefined) throw new Error('an aggregate gave no row');
  if (gone.unsettled !== null) throw notSettled(resource, gone.unsettled);
  return gone.edits;
}
