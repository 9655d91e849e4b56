import type PQueue from 'p-queue';
import type { Logger } from 'pino';
import type { Database } from '../../db/connection/connect.ts';
import type { Lease } from '../../db/lease/lease.ts';
import { type Contents, newContents } from '../../db/mirror/contents.ts';
import { newPendingDeletions, type PendingDeletions } from '../../db/mirror/pending-deletions.ts';
import type { Pylon } from '../../pylon/types.ts';
import { type Exclusive, newExclusive } from '../lib/exclusive.ts';
import type { OnProgress } from './progress.ts';

/** What a process brings to its passes. */
export interface ContextInit {
  readonly db: Database;
  readonly pylon: Pylon;
  readonly lease: Lease;
  readonly log: Logger;
  /** Ends the work: what is committed stays, the request or transaction in hand is abandoned. */
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Bounds the transactions that write side by side. */
  readonly writers: PQueue;
}

/** What every pass works with. */
export interface Context extends ContextInit {
  /** Whole readings of one resource never overlap. */
  readonly whole: Exclusive;
  /** Neither do incremental pulls of one. */
  readonly pulls: Exclusive;
  /** Records whose listing is being read (`<resource> <parent>`): no two passes read the same one at once. */
  readonly claims: Set<string>;
  /** By resource, parents whose listing was read within the second of their mark: it is due once more. */
  readonly unsettled: Map<string, Set<string>>;
  /** Records whose deletion is being proved. */
  readonly pendingDeletions: PendingDeletions;
  /** What comparing contents has learned. */
  readonly contents: Contents;
}

export function newContext(init: ContextInit): Context {
  return {
    ...init,
    whole: newExclusive(),
    pulls: newExclusive(),
    claims: new Set(),
    unsettled: new Map(),
    pendingDeletions: newPendingDeletions(),
    contents: newContents(),
  };
}
