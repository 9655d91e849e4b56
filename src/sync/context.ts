import type PQueue from 'p-queue';
import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import type { Lease } from '../db/lease.ts';
import type { Pylon } from '../pylon/types.ts';
import type { OnProgress } from './progress.ts';

/** What every pass works with. */
export interface Context {
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
