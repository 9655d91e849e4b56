import { addCandidates } from '../../db/candidates.ts';
import type { Executor } from '../../db/connect.ts';
import { countLive, missingUnder } from '../../db/rows.ts';
import { beginScan, newestScan } from '../../db/scans.ts';
import { countSingleDeletions, markDeleted } from '../../db/tombstones.ts';
import { writing } from '../../db/transaction.ts';
import type { Resource } from '../../resources/define.ts';
import type { ByParent } from '../child-pages.ts';
import { unlessHeld } from '../held.ts';
import type { Pass } from '../pass.ts';
import { confirmation, type Verdict } from './confirm.ts';
import { isImplausible } from './guard.ts';

/** Marks, in the transaction that marks the parent as read, what is gone; how many. */
export type Remove = (tx: Executor) => Promise<number>;

/**
 * Proves which rows of a parent are gone: those that its listing, read whole, does not hold. `finish` is to mark
 * them with its last rows; it gets nothing where nothing is to be marked.
 */
export async function proveMissing(
  pass: Pass,
  pull: ByParent,
  parent: string,
  { seen, asked }: { readonly seen: readonly string[]; readonly asked: bigint },
  finish: (remove?: Remove) => Promise<void>,
): Promise<void> {
  const { ctx, resource } = pass;
  const under = { table: resource.table, column: pull.foreignKey, parent };
  const look = () => missingUnder(ctx.db.orm, under, seen, asked);
  if ((await look()).length === 0) return finish();
  await ctx.removals.run(resource.name, async () => {
    const missing = await look();
    if (missing.length === 0 || !(await isAllowed(pass, missing))) return finish();
    const refuted = await ctx.doubts.during(resource.name, missing, async () => {
      const confirm = await confirmation(pass, { absent_from: `GET ${pull.path}` }, null);
      const verdicts: (readonly [id: string, verdict: Verdict])[] = [];
      for (const id of missing) verdicts.push([id, await confirm(id)]);
      await finish((tx) => markEach(tx, resource, verdicts));
      return verdicts.flatMap(([, verdict]) => (verdict.is === 'there' ? [verdict] : []));
    });
    for (const { store } of refuted) await store();
  });
}

async function markEach(
  tx: Executor,
  resource: Resource,
  verdicts: readonly (readonly [id: string, verdict: Verdict])[],
): Promise<number> {
  const marked: string[] = [];
  for (const [id, verdict] of verdicts)
    if (verdict.is === 'gone')
      marked.push(...(await unlessHeld(resource, () => markDeleted(tx, resource, [id], verdict.proof))));
  return marked.length;
}

/**
 * Whether so many deletions more are plausible, with those of the last day. Others are noted under one stopped
 * scan, for a person to let through. To be asked within `Context.removals`, as is what it allows: else others that
 * are asked about meanwhile are not counted.
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
