import { addCandidates, readCandidates } from '../../db/deletions/candidates.ts';
import {
  endScan,
  judgeScan,
  newestScan,
  type Scan,
  type Span,
  supersedeStopped,
} from '../../db/deletions/scans.ts';
import { writing } from '../../db/lease/transaction.ts';
import type { Pass } from '../pass/pass.ts';
import { isImplausible } from './guard.ts';
import { settle } from './settle.ts';

/** Candidates moved a transaction. */
const BATCH = 200;

/**
 * Infers deletions from a complete listing: rows of its span that it did not see are confirmed one by one and marked
 * deleted. A scan that would delete an implausible share of the table is stopped until somebody approves it.
 */
export async function judge(pass: Pass, scan: Scan, span: Span): Promise<void> {
  if (scan.state === 'listing' && !(await collect(pass, scan, span))) return;
  await settle(pass, scan);
}

/** Ends the listing and collects the candidates. Returns false if nothing is to be settled now. */
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
      // A scan that is stopped already keeps its number, which somebody may be about to type.
      for (let after = ''; ; ) {
        const ids = await readCandidates(tx, scan.id, BATCH, after);
        const last = ids.at(-1);
        if (last === undefined) break;
        await addCandidates(tx, waiting.id, ids, found.live);
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
