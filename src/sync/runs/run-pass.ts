import type { Executor } from '../../db/connection/connect.ts';
import { resumeOrBeginScan } from '../../db/deletions/resume-scan.ts';
import { endScan, type Scan, type Span } from '../../db/deletions/scans.ts';
import { writing } from '../../db/lease/transaction.ts';
import { storer } from '../../db/mirror/store.ts';
import { beginRun, endRun, type RunOutcome } from '../../db/progress/runs.ts';
import { reasonOf } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Resource } from '../../resources/define.ts';
import { judge } from '../deletions/judge.ts';
import { isSwept, KINDS } from '../pass/kinds.ts';
import { newPass, type Pass, type PassInit } from '../pass/pass.ts';

/** What a pass consists of. */
export interface Course {
  /**
   * Reads everything the pass covers. Returns the span of a complete listing, from which deletions can be inferred.
   */
  readonly enumerate: (pass: Pass) => Promise<Span | undefined>;
  /** Saves the end of the pass, in the transaction that records it. */
  readonly finish?: (tx: Executor, ended: 'done' | 'unavailable') => Promise<void>;
}

/**
 * Whether deletions are inferred from one listing of the whole resource; elsewhere they are inferred listing by
 * listing, or record by record.
 */
const isListedWhole = ({ pull }: Resource) =>
  ['list', 'types', 'search', 'slices', 'window'].includes(pull.by);

/** Resources that neither the resweep nor the audit reads are compared by contents here. */
const comparesContents = ({ kind, resource, position }: Pick<PassInit, 'kind' | 'resource' | 'position'>) =>
  KINDS[kind].contents || position.deep !== undefined || (kind === 'reconcile' && !isSwept(resource));

/** Pylon answers so when the plan or the token gives no access: the resource is skipped, the others go on. */
const isUnavailable = (error: unknown) =>
  error instanceof PylonError && (error.status === 403 || error.status === 404);

/**
 * Runs a pass to its end and records it in `pylon_sync.runs`. A failure is an outcome, reported in the progress, not
 * an exception. Only the signal's reason is thrown, after the run was recorded as interrupted.
 */
export async function runPass(
  given: Omit<PassInit, 'store' | 'scan' | 'leave' | 'remark'>,
  course: Course,
): Promise<void> {
  const { ctx, kind, resource, progress, position, signal } = given;
  const { db, lease } = ctx;
  const run = await beginRun(db, lease, resource.name, kind);
  const end = (outcome: RunOutcome, error?: string, also?: (tx: Executor) => Promise<void>) =>
    endRun(db, lease, run, outcome, progress, error, also);
  const finish = (ended: 'done' | 'unavailable') => async (tx: Executor) => course.finish?.(tx, ended);
  const undone: Error[] = [];
  const remarks: string[] = [];
  const init = {
    ...given,
    store: storer(
      db,
      lease,
      resource,
      ctx.pendingDeletions,
      comparesContents(given) ? ctx.contents : undefined,
    ),
    leave: (error: Error) => void undone.push(error),
    remark: (what: string) => {
      remarks.push(what);
      ctx.log.warn({ resource: resource.name, what }, 'a complete reading says');
    },
  };
  progress.state = 'running';
  progress.startedAt = Date.now();
  ctx.onProgress(progress, 'began');
  const proves = KINDS[kind].proves && isListedWhole(resource);
  let scan: Scan | undefined;
  try {
    scan = proves ? await resumeOrBeginScan(db, lease, resource.name, position) : undefined;
    if (scan?.state !== 'judging') {
      const span = await course.enumerate(newPass({ ...init, scan }));
      if (scan !== undefined && span !== undefined) await judge(newPass(init), scan, span);
    } else await judge(newPass(init), scan, { except: [] });
    if (undone[0] !== undefined) {
      if (course.finish !== undefined) await writing(db, lease, finish('done'));
      throw undone[0];
    }
    progress.state = 'done';
    progress.covered = 1;
    progress.remainingRequests = 0;
    await end('done', remarks.length === 0 ? undefined : remarks.join('; '), finish('done'));
  } catch (error) {
    if (signal.aborted) {
      progress.state = 'interrupted';
      await end('interrupted', reasonOf(error)).catch(() => {});
      throw error;
    }
    progress.error = reasonOf(error);
    progress.state = isUnavailable(error) ? 'unavailable' : 'failed';
    await end(progress.state, progress.error, async (tx) => {
      if (progress.state !== 'unavailable') return;
      await finish('unavailable')(tx);
      if (scan !== undefined) await endScan(tx, scan.id, 'abandoned');
    });
  } finally {
    progress.finishedAt = Date.now();
    ctx.onProgress(progress, progress.state);
  }
}
