import type { Executor } from '../../db/connection/connect.ts';
import { addCandidates } from '../../db/deletions/candidates.ts';
import { beginScan, newestScan } from '../../db/deletions/scans.ts';
import { writing } from '../../db/lease/transaction.ts';
import { countLive } from '../../db/mirror/rows.ts';
import { countSingleDeletions, lockDeletions } from '../../db/mirror/tombstones.ts';
import type { Pass } from '../pass/pass.ts';
import { isImplausible } from './guard.ts';

/** Whether `count` further deletions are plausible, counting those of the last day. */
async function isPlausible(db: Executor, { resource }: Pass, count: number): Promise<boolean> {
  const recent = await countSingleDeletions(db, resource.name);
  const live = await countLive(db, resource.table);
  return !isImplausible(recent + count, recent + live);
}

/**
 * Whether so many deletions may be looked into, checked before any request. If not, they are recorded as by
 * `checkDeletionGuard`. Deletions being proved concurrently are not counted yet, so `checkDeletionGuard` is called
 * again when they are marked.
 */
export async function passesDeletionGuard(pass: Pass, ids: readonly string[]): Promise<boolean> {
  const { ctx } = pass;
  if (await isPlausible(ctx.db.orm, pass, ids.length)) return true;
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
  if (await isPlausible(tx, pass, ids.length)) return true;
  const waiting = await newestScan(tx, resource.name, 'children', 'stopped');
  const scan =
    waiting ??
    (await beginScan(tx, {
      resource: resource.name,
      kind: 'children',
      firstOrder: ctx.lease.nextOrder(),
      state: 'stopped',
    }));
  await addCandidates(tx, scan.id, ids, await countLive(tx, resource.table));
  if (waiting === undefined)
    ctx.log.error(
      { resource: resource.name, scan: scan.id },
      'deletions stopped: too many of the table for a person not to look first',
    );
  return false;
}
