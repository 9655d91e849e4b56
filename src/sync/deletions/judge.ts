import {
  addCandidates,
  endScan,
  judgeScan,
  newestScan,
  readCandidates,
  type Scan,
  type Span,
  settleCandidates,
  supersedeStopped,
} from '../../db/scans.ts';
import { isLockHeld } from '../../db/sql-state.ts';
import { markDeleted } from '../../db/tombstones.ts';
import { writing } from '../../db/transaction.ts';
import { TransientError } from '../../errors.ts';
import type { Pass } from '../pass.ts';
import { sideBySide } from '../side-by-side.ts';
import { confirmation } from './confirm.ts';
import { isImplausible } from './guard.ts';

/** Candidates settled side by side: each waits for one answer and one commit. */
const SIDE_BY_SIDE = 6;
const BATCH = 200;

/**
 * Says what a whole listing that has ended proves: rows of its span that it did not see are confirmed one by
 * one and marked deleted. One that would delete an implausible share of the table is stopped and waits for a
 * person.
 *
 * @throws TransientError when some could not be settled: the scan goes on with the next pass.
 */
export async function judge(pass: Pass, scan: Scan, span: Span): Promise<void> {
  if (scan.state === 'listing' && !(await collect(pass, scan, span))) return;
  await settle(pass, scan);
}

/** Ends the listing. False when nothing is to be settled now. */
async function collect(pass: Pass, scan: Scan, span: Span): Promise<boolean> {
  const { ctx, resource } = pass;
  const { log } = ctx;
  return writing(ctx.db, ctx.lease, async (tx) => {
    const found = await judgeScan(tx, resource, scan, span);
    if (found === undefined) {
      log.warn({ resource: resource.name, scan: scan.id }, 'what a scan saw was lost: it proves nothing');
      await endScan(tx, scan.id, 'abandoned');
      return false;
    }
    if (!isImplausible(found.candidates, found.live)) {
      await supersedeStopped(tx, scan);
      return true;
    }
    const waiting = await newestScan(tx, resource.name, scan.kind, 'stopped');
    if (waiting === undefined) await endScan(tx, scan.id, 'stopped');
    else {
      // The one that waits already keeps its number, for whoever is about to type it.
      for (let after = ''; ; ) {
        const ids = await readCandidates(tx, scan.id, BATCH, after);
        const last = ids.at(-1);
        if (last === undefined) break;
        await addCandidates(tx, waiting.id, ids);
        after = last;
      }
      await endScan(tx, scan.id, 'abandoned');
    }
    log.error(
      { resource: resource.name, scan: waiting?.id ?? scan.id, ...found },
      'deletions stopped: too many of the table for a person not to look first',
    );
    return false;
  });
}

/** Confirms each candidate and marks it, or finds it alive. */
export async function settle(pass: Pass, scan: Scan): Promise<void> {
  const { ctx, resource, progress } = pass;
  const first = await readCandidates(ctx.db.orm, scan.id, 1);
  let held = 0;
  if (first.length > 0) {
    const confirm = await confirmation(pass, { absent_from: `scan ${scan.id}` }, scan.id);
    const settleOne = async (id: string) => {
      const proof = await confirm(id);
      const marked = await writing(ctx.db, ctx.lease, async (tx) => {
        const gone = proof === undefined ? [] : await markDeleted(tx, resource, [id], proof);
        await settleCandidates(tx, scan.id, [id], gone.length);
        return gone.length;
      }).catch((error: unknown) => {
        if (!isLockHeld(error)) throw error;
        held += 1;
        return 0;
      });
      progress.deleted += marked;
    };
    for (let after = ''; ; ) {
      pass.signal.throwIfAborted();
      const ids = await readCandidates(ctx.db.orm, scan.id, BATCH, after);
      if (ids.length === 0) break;
      await sideBySide(SIDE_BY_SIDE, ids, settleOne);
      after = ids.at(-1) ?? after;
      pass.step('settled deletions');
    }
  }
  if (held > 0)
    throw new TransientError(
      `${held} rows of ${resource.name} that are gone from Pylon are held by other transactions`,
    );
  await writing(ctx.db, ctx.lease, (tx) => endScan(tx, scan.id, 'applied'));
}
