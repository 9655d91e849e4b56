import type PQueue from 'p-queue';
import type { Logger } from 'pino';
import type { Database } from '../../db/connection/connect.ts';
import type { Lease } from '../../db/lease/lease.ts';
import { type Contents, newContents } from '../../db/mirror/contents.ts';
import { newPendingDeletions, type PendingDeletions } from '../../db/mirror/pending-deletions.ts';
import type { Pylon } from '../../pylon/types.ts';
import { type Exclusive, newExclusive } from '../lib/exclusive.ts';
import type { OnProgress } from './progress.ts';

/** A row is usually locked by somebody's open transaction, which ends soon. */
const LOCKED_PAUSES = [0, 100, 500, 2_000, 5_000];

/** What every pass works with. */
export interface Context {
  readonly db: Database;
  readonly pylon: Pylon;
  readonly lease: Lease;
  readonly log: Logger;
  /** Ends the work: what is committed stays, the pending request or transaction is abandoned. */
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Limits how many transactions write concurrently. */
  readonly writers: PQueue;
  /** Slugs of the types of custom objects that are followed. */
  readonly types: readonly string[];
  /** Milliseconds before each round of reading rows again that somebody had locked; after the last, the pass goes on. */
  readonly lockedPauses: readonly number[];
  /** Keeps full reads of one resource from overlapping. */
  readonly whole: Exclusive;
  /** Keeps incremental pulls of one resource from overlapping. */
  readonly pulls: Exclusive;
  /** Parents whose children are being listed (`<resource> <parent>`): two passes never list the same ones at once. */
  readonly claims: Set<string>;
  /**
   * By child resource, parents whose children are due once more: they were read within the second of the parent's
   * mark, or Pylon did not know them although it knows the parent.
   */
  readonly unsettled: Map<string, Set<string>>;
  /** Records whose deletion is being proved. */
  readonly pendingDeletions: PendingDeletions;
  /** What the comparison of contents has found so far. */
  readonly contents: Contents;
}

/** Notes a parent whose children are due once more. */
export function noteUnsettled({ unsettled }: Context, resource: string, id: string): void {
  const ids = unsettled.get(resource) ?? new Set();
  unsettled.set(resource, ids.add(id));
}

/** A context for the passes of one process, which begins without any work. */
export function newContext(
  init: Pick<Context, 'db' | 'pylon' | 'lease' | 'log' | 'signal' | 'onProgress' | 'writers' | 'types'> &
    Partial<Pick<Context, 'lockedPauses'>>,
): Context {
  return {
    lockedPauses: LOCKED_PAUSES,
    ...init,
    whole: newExclusive(),
    pulls: newExclusive(),
    claims: new Set(),
    unsettled: new Map(),
    pendingDeletions: newPendingDeletions(),
    contents: newContents(),
  };
}
