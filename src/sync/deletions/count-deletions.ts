import type { Executor } from '../../db/connection/connect.ts';
import { addCandidates } from '../../db/deletions/candidates.ts';
import { beginScan, newestScan } from '../../db/deletions/scans.ts';
import { writing } from '../../db/lease/transaction.ts';
import { countLive, readRow, type Share } from '../../db/mirror/rows.ts';
import { countSingleDeletions, lockDeletions } from '../../db/mirror/tombstones.ts';
import type { Pass } from '../pass/pass.ts';
import { isFew, isImplausible } from './guard.ts';

/** The part of the table that the records are counted in: a type, where the resource is read type by type. */
async function shareOf(
  db: Executor,
  { resource }: Pass,
  [id]: readonly string[],
): Promise<Share | undefined> {
  const { pull, table } = resource;
  if (pull.by !== 'types' || id === undefined) return undefined;
  const value = (await readRow(db, table, id))?.[pull.column];
  return typeof value === 'string' ? { column: pull.column, value } : undefined;
}

/** Whether so many further deletions are plausible, counting those of the last day. */
async function isPlausible(db: Executor, pass: Pass, ids: readonly string[]): Promise<boolean> {
  const { resource } = pass;
  const share = await shareOf(db, pass, ids);
  const recent = await countSingleDeletions(db, resource, share);
  if (isFew(recent + ids.length)) return true;
  const live = await countLive(db, resource.table, share);
  return !isImplausible(recent + ids.length, recent + live);
}

/**
 * Whether so many deletions (of one type, where there are types) may be looked into, checked before any request. If not,
 * they are recorded as by `checkDeletionGuard`. Deletions being proved concurrently are not counted yet, so
 * `checkDeletionGuard` is called again when they are marked.
 */
export async function passesDeletionGuard(pass: Pass, ids: readonly string[]): Promise<boolean> {
  const { ctx } = pass;
  if (await isPlausible(ctx.db.orm, pass, ids)) return true;
  return writing(ctx.db, ctx.lease, (tx) => checkDeletionGuard(pass, tx, ids));
}

/**
 * Whether the transaction may mark these records as deleted; until its end no other transaction marks any of the
 * resource. If they are too many, counting those of the last day, they become candidates of the resource's one
 * stopped scan, for somebody to approve.
 */
export async function checkDeletionGuard(pass: Pass, tx: Executor, ids: readonly string[]): Promise<boolean> {
  const { ctx, resource } = pass;
  await lockDeletions(tx, resource.name);
  if (await isPlausible(tx, pass, ids)) return true;
  const waiting = await newestScan(tx, resource.name, 'children', 'stopped');
  const scan =
    waiting ??
    (await beginScan(tx, {
      resource: resource.name,
      kind: 'children',
      firstOrder: ctx.lease.nextOrder(),
      state: 'stopped',
    }));
  await addCandidates(tx, scan.id, ids, await countLive(tx, resource.table, await shareOf(tx, pass, ids)));
  if (waiting === undefined)
    ctx.log.error(
      { resource: resource.name, scan: scan.id },
      'deletions stopped: too many of the table for a person not to look first',
    );
  return false;
}
