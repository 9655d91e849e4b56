import type { Priority } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';

/** Why a pass is made; the `kind` of its run. */
export type PassKind = 'backfill' | 'changes' | 'lists' | 'reconcile' | 'resweep' | 'reread' | 'approve';

interface Kind {
  /** Place of its requests in the queues of their endpoints. */
  readonly priority: Priority;
  /** Whether the end of a whole listing says what is gone. */
  readonly proves: boolean;
  /** Whether a listing per parent that was ended goes on where it stood; others begin again. */
  readonly resumes: boolean;
  /** Whether rows whose digest says that nothing changed are compared column by column: where little is read at a time. */
  readonly contents: boolean;
}

export const KINDS: Readonly<Record<PassKind, Kind>> = {
  /** Everything once. May be resumed after weeks: what it did not see proves nothing. */
  backfill: { resumes: true, priority: 'backfill', proves: false, contents: false },
  /** What changed since the last one. */
  changes: { resumes: false, priority: 'change', proves: false, contents: false },
  /** What Pylon cannot filter by time, whole. */
  lists: { resumes: true, priority: 'change', proves: true, contents: false },
  /** Everything again, compared. */
  reconcile: { resumes: true, priority: 'backfill', proves: true, contents: false },
  /** Listings of parents that do not seem to have changed, the oldest first. */
  resweep: { resumes: false, priority: 'audit', proves: false, contents: true },
  /** Single records that something points to. */
  reread: { resumes: false, priority: 'change', proves: false, contents: true },
  /** Deletions that a person let through. */
  approve: { resumes: false, priority: 'change', proves: false, contents: false },
};

/** Whether a resource's rows are read again slowly all the time, which compares their contents. */
export const isSwept = ({ pull, get }: Resource): boolean =>
  get !== undefined || (pull.by === 'parent' && pull.mark !== undefined);
