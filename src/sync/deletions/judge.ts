import { moveCandidates } from '../../db/deletions/candidates.ts';
import {
  beginScan,
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

/**
 * Infers deletions from a complete listing: rows of its span that it did not see are confirmed one by one and marked
 * deleted. A scan that would delete an implausible share of the table is stopped until somebody approves it. Each type
 * of a resource that is read by types is judged like a table of its own: one that is stopped stops no other.
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
      log.warn({ resource: resource.name, scan: scan.id }, 'a scan is not whole: it proves nothing');
      await endScan(tx, scan.id, 'abandoned');
      return false;
    }
    const held = found.filter(({ candidates, live }) => isImplausible(candidates, live));
    if (held.length === 0) {
      await supersedeStopped(tx, scan);
      const isAny = found.some(({ candidates }) => candidates > 0);
      if (!isAny) await endScan(tx, scan.id, 'applied');
      return isAny;
    }
    // A scan that is stopped already keeps its number, which somebody may be about to type.
    const waiting = await newestScan(tx, resource.name, scan.kind, 'stopped');
    const { id } = waiting ?? (await beginScan(tx, { ...scan, state: 'stopped' }));
    for (const { type, ...part } of held)
      log.error(
        { resource: resource.name, ...(type === null ? {} : { type }), scan: id, ...part },
        'deletions stopped: too many of the table for a person not to look first',
      );
    const left = await moveCandidates(tx, resource, { from: scan.id, to: id, parts: held });
    if (left > 0) return true;
    await endScan(tx, scan.id, 'abandoned');
    return false;
  });
}
