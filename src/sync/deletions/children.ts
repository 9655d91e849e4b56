import type { Executor } from '../../db/connect.ts';
import { countLive, missingUnder } from '../../db/reads.ts';
import { addCandidates, beginScan, newestScan } from '../../db/scans.ts';
import { isLockHeld } from '../../db/sql-state.ts';
import { countSingleDeletions, markDeleted, type Proof } from '../../db/tombstones.ts';
import { writing } from '../../db/transaction.ts';
import { TransientError } from '../../errors.ts';
import type { ByParent } from '../child-pages.ts';
import type { Pass } from '../pass.ts';
import { confirmation } from './confirm.ts';
import { isImplausible } from './guard.ts';

/**
 * Rows of a parent that its listing, read whole, does not hold. Returns what marks those that are proved gone
 * and says how many, for the transaction that marks the parent as read; undefined when there is nothing to mark.
 */
export async function missingChildren(
  pass: Pass,
  pull: ByParent,
  parent: string,
  { seen, asked }: { readonly seen: readonly string[]; readonly asked: bigint },
): Promise<((tx: Executor) => Promise<number>) | undefined> {
  const { ctx, resource } = pass;
  const under = { table: resource.table, column: pull.foreignKey, parent };
  const missing = await missingUnder(ctx.db.orm, under, seen, asked);
  if (missing.length === 0 || !(await isAllowed(pass, missing))) return undefined;
  const confirm = await confirmation(pass, { absent_from: `GET ${pull.path}` }, null);
  const proofs: (readonly [id: string, proof: Proof])[] = [];
  for (const id of missing) {
    const proof = await confirm(id);
    if (proof !== undefined) proofs.push([id, proof]);
  }
  return async (tx) => {
    let marked = 0;
    try {
      for (const [id, proof] of proofs) marked += (await markDeleted(tx, resource, [id], proof)).length;
      return marked;
    } catch (cause) {
      if (!isLockHeld(cause)) throw cause;
      throw new TransientError(`rows of ${resource.name} that are gone are held by another transaction`, {
        cause,
      });
    }
  };
}

/**
 * Whether so many deletions more are plausible, with those of the last day. Others are noted under one stopped
 * scan, for a person to let through.
 */
export async function isAllowed(pass: Pass, ids: readonly string[]): Promise<boolean> {
  const { ctx, resource } = pass;
  const recent = await countSingleDeletions(ctx.db.orm, resource.name);
  const live = await countLive(ctx.db.orm, resource.table);
  if (!isImplausible(recent + ids.length, recent + live)) return true;
  await writing(ctx.db, ctx.lease, async (tx) => {
    const waiting = await newestScan(tx, resource.name, 'children', 'stopped');
    const scan =
      waiting ??
      (await beginScan(tx, {
        resource: resource.name,
        kind: 'children',
        firstOrder: ctx.lease.nextOrder(),
        state: 'stopped',
      }));
    await addCandidates(tx, scan.id, ids);
    if (waiting === undefined)
      ctx.log.error(
        { resource: resource.name, scan: scan.id },
        'deletions stopped: too many of the table for a person not to look first',
      );
  });
  return false;
}
