import type { Priority } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';

/** Why a pass runs; the `kind` in `pylon_sync.runs`. */
export type PassKind = 'backfill' | 'changes' | 'lists' | 'reconcile' | 'resweep' | 'reread' | 'approve';

interface Kind {
  /** Priority of its requests in the queues of their endpoints. */
  readonly priority: Priority;
  /** Whether deletions are inferred from a complete listing. */
  readonly proves: boolean;
  /** Whether an interrupted listing per parent resumes at its cursor instead of beginning again. */
  readonly resumes: boolean;
  /** Whether rows with an unchanged digest are compared column by column; done where little is read at a time. */
  readonly contents: boolean;
}

export const KINDS: Readonly<Record<PassKind, Kind>> = {
  /** Everything once. It may be resumed after weeks, so what it did not see proves nothing. */
  backfill: { resumes: true, priority: 'backfill', proves: false, contents: false },
  /** What changed since the last pull. */
  changes: { resumes: false, priority: 'change', proves: false, contents: false },
  /** Resources that Pylon cannot filter by time, in full. */
  lists: { resumes: true, priority: 'change', proves: true, contents: false },
  /** Everything again, compared with the mirror. */
  reconcile: { resumes: true, priority: 'backfill', proves: true, contents: false },
  /** The children of seemingly unchanged parents, those read longest ago first. */
  resweep: { resumes: false, priority: 'audit', proves: false, contents: true },
  /** Single records from `pylon_sync.rereads`. */
  reread: { resumes: false, priority: 'change', proves: false, contents: true },
  /** Deletions that somebody approved. */
  approve: { resumes: false, priority: 'change', proves: false, contents: false },
};

/** Whether the resweep or the audit reads the resource, and so compares its contents. */
export const isSwept = ({ pull, get }: Resource): boolean =>
  get !== undefined || (pull.by === 'parent' && pull.mark !== undefined);
