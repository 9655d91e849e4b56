import { readCandidates, settleCandidates } from '../../db/deletions/candidates.ts';
import { endScan, type Scan } from '../../db/deletions/scans.ts';
import { writing } from '../../db/lease/transaction.ts';
import { isLive } from '../../db/mirror/rows.ts';
import { markDeleted } from '../../db/mirror/tombstones.ts';
import { PermanentError, reasonOf, TransientError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import { mapSettled } from '../lib/map-settled.ts';
import type { Pass } from '../pass/pass.ts';
import { type Confirm, confirmation, type Refutation, type Verdict } from './confirm.ts';
import { withLockErrorsAsTransient } from './lock-errors.ts';

/** Candidates settled concurrently: each waits for one answer and one commit. */
const SIDE_BY_SIDE = 6;
const BATCH = 200;

/**
 * Confirms each candidate and marks it deleted, or finds that it exists. A candidate that cannot be settled (its row
 * is locked, or Pylon fails to answer) stops neither the others nor the next listing, which finds it again. An
 * approved scan is not repeated, so it stays open for what is left.
 *
 * @throws TransientError if Pylon answers for no candidate; the scan goes on with the next pass.
 */
export async function settle(pass: Pass, scan: Scan): Promise<void> {
  const { ctx, resource } = pass;
  const undone = await settleAll(pass, scan).catch((error: unknown) => {
    // Nothing can confirm a deletion, or Pylon refuses to. The listing itself was read and will be read again.
    if (!(error instanceof PermanentError) || isTokenRefused(error)) throw error;
    return [error.message];
  });
  const [reason] = undone;
  if (reason !== undefined) {
    const many = undone.length === 1 ? '' : `, and ${undone.length - 1} more`;
    pass.leave(new TransientError(`${resource.name} that seem gone were not settled: ${reason}${many}`));
    if (pass.kind === 'approve') return;
  }
  await writing(ctx.db, ctx.lease, (tx) => endScan(tx, scan.id, 'applied'));
}

const isTokenRefused = (error: unknown) => error instanceof PylonError && error.status === 401;

/** Settles all; returns what could not be settled, and why. */
async function settleAll(pass: Pass, scan: Scan): Promise<readonly string[]> {
  const undone: string[] = [];
  for (let after = ''; ; ) {
    pass.signal.throwIfAborted();
    const ids = await readCandidates(pass.ctx.db.orm, scan.id, BATCH, after);
    if (ids.length === 0) return undone;
    const failed = await settleBatch(pass, scan, ids);
    for (const [id, error] of failed) undone.push(`${id}: ${reasonOf(error)}`);
    after = ids.at(-1) ?? after;
    pass.step('settled deletions');
  }
}

/**
 * All of them are pending from before the first request until the last commit, since one listing may show any of
 * them.
 */
async function settleBatch(
  pass: Pass,
  scan: Scan,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Error>> {
  const refuted: Refutation[] = [];
  const failed = await pass.ctx.pendingDeletions.during(pass.resource.name, ids, async () => {
    const confirm = await confirmation(pass, { absent_from: `scan ${scan.id}` }, scan.id);
    return mapSettled(SIDE_BY_SIDE, ids, pass.signal, async (id) => {
      const verdict = await settleOne(pass, scan, confirm, id);
      if (verdict?.is === 'there') refuted.push(verdict);
    });
  });
  for (const { store } of refuted) await store();
  return failed;
}

async function settleOne(pass: Pass, scan: Scan, confirm: Confirm, id: string): Promise<Verdict | undefined> {
  const { ctx, resource, progress } = pass;
  // It may have been deleted with its parent meanwhile.
  const verdict = (await isLive(ctx.db.orm, resource.table, id)) ? await confirm(id) : undefined;
  const marked = await withLockErrorsAsTransient(resource, () =>
    writing(ctx.db, ctx.lease, async (tx) => {
      const gone = verdict?.is === 'gone' ? await markDeleted(tx, resource, [id], verdict.proof) : [];
      await settleCandidates(tx, scan.id, [id], gone.length);
      return gone.length;
    }),
  );
  progress.deleted += marked;
  return verdict;
}
