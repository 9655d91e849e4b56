import type { Executor } from '../../db/connection/connect.ts';
import { addCandidates } from '../../db/deletions/candidates.ts';
import { beginScan, newestScan } from '../../db/deletions/scans.ts';
import { writing } from '../../db/lease/transaction.ts';
import { countLive } from '../../db/mirror/rows.ts';
import { countSingleDeletions, lockDeletions } from '../../db/mirror/tombstones.ts';
import type { Pass } from '../pass/pass.ts';
import { isImplausible } from './guard.ts';

/** Whether so many deletions more are plausible, with those of the last day. */
async function isPlausible(db: Executor, { resource }: Pass, count: number): Promise<boolean> {
  const recent = await countSingleDeletions(db, resource.name);
  const live = await countLive(db, resource.table);
  return !isImplausible(recent + count, recent + live);
}

/**
 * Whether so many deletions may be looked into, before anything is asked for; noted as by `admit` where they may
 * not. Those that are proved at the same moment are not counted yet: whoever marks them asks `admit`.
 */
export async function passesDeletionGuard(pass: Pass, ids: readonly string[]): Promise<boolean> {
  const { ctx } = pass;
  if (await isPlausible(ctx.db.orm, pass, ids.length)) return true;
  return writing(ctx.db, ctx.lease, (tx) => checkDeletionGuard(pass, tx, ids));
}

/**
 * Whether the transaction may mark these records as gone: until its end no other one marks any. Where they are too
 * many, with those of the last day, they are noted under the one stopped scan, for a person to let through.
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
