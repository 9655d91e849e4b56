import { approveScan, readScan, type Scan, stoppedScans } from '../../db/deletions/scans.ts';
import { writing } from '../../db/lease/transaction.ts';
import { UsageError } from '../../errors.ts';
import { resourceNamed } from '../../resources/index.ts';
import { settle } from '../deletions/settle.ts';
import type { Context } from '../pass/context.ts';
import { newProgress, type ResourceProgress } from '../pass/progress.ts';
import { runPass } from './run-pass.ts';

/**
 * Approves one stopped deletion scan: each of its candidates is confirmed like any other.
 *
 * @throws UsageError when `id` is no stopped scan; the message names those there are.
 */
export async function approve(ctx: Context, id: number): Promise<ResourceProgress> {
  const scan = await readScan(ctx.db.orm, id);
  const approved = scan !== undefined && (await writing(ctx.db, ctx.lease, (tx) => approveScan(tx, id)));
  if (!approved) {
    const stopped = await stoppedScans(ctx.db.orm);
    const names = stopped.map((one) => `${one.id} (${one.resource})`).join(', ');
    throw new UsageError(
      `--approve ${id}: no deletion scan of that number is stopped; ${names === '' ? 'none is' : `stopped are ${names}`}`,
    );
  }
  return settleApproved(ctx, scan);
}

/** Confirms and marks the deletions of an approved scan; resumes where an earlier process stopped. */
export async function settleApproved(ctx: Context, scan: Scan): Promise<ResourceProgress> {
  const resource = resourceNamed(scan.resource);
  const progress = newProgress(resource.name, `GET ${resource.get ?? resource.pull.path}`, 'approve');
  await runPass(
    {
      ...{ ctx, kind: 'approve', resource, progress, signal: ctx.signal },
      scope: { name: 'approve', windowDays: 0 },
      position: { pass: '', done: false },
      parentsDone: () => true,
    },
    {
      enumerate: async (pass) => {
        await settle(pass, scan);
        return undefined;
      },
    },
  );
  return progress;
}
