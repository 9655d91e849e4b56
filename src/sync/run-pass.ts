import { beginRun, endRun, type RunOutcome } from '../db/runs.ts';
import { storer } from '../db/store.ts';
import { reasonOf } from '../errors.ts';
import { PylonError } from '../pylon/errors.ts';
import { enumerateChildren } from './enumerate/children.ts';
import { enumerateList } from './enumerate/list.ts';
import { enumerateObject } from './enumerate/object.ts';
import { enumerateReferences } from './enumerate/references.ts';
import { enumerateWindows } from './enumerate/window.ts';
import { newPass, type Pass, type PassInit } from './pass.ts';
import { rereadLeft } from './reread.ts';

/** Every way a resource is listed. */
function enumerate(pass: Pass): Promise<void> {
  const { pull } = pass.resource;
  switch (pull.by) {
    case 'object':
      return enumerateObject(pass, pull);
    case 'list':
      return enumerateList(pass, { method: 'GET', variants: [{}], ...pull });
    case 'search':
      return enumerateList(pass, { method: 'POST', variants: [{}], ...pull });
    case 'window':
      return enumerateWindows(pass, pull);
    case 'parent':
      return enumerateChildren(pass, pull);
    case 'reference':
      return enumerateReferences(pass, pull);
  }
}

/** Pylon says so for a plan or a token that has no access: the resource is left out, the rest goes on. */
const isUnavailable = (error: unknown) =>
  error instanceof PylonError && (error.status === 403 || error.status === 404);

/**
 * Runs a pass to its end and records it in `runs`. Failure is an outcome, not an exception: it stands in
 * the progress. Only being told to stop is thrown on, after the run is closed as interrupted.
 */
export async function runPass(
  init: Omit<PassInit, 'store'>,
  kind: string,
  finish: (ended: 'done' | 'unavailable') => Promise<void>,
): Promise<void> {
  const { ctx, resource, progress, signal } = init;
  const run = await beginRun(ctx.db, ctx.lease, resource.name, kind);
  const end = (outcome: RunOutcome, error?: string) =>
    endRun(ctx.db, ctx.lease, run, outcome, progress, error);
  const pass = newPass({ ...init, store: storer(ctx.db, ctx.lease, resource) });
  progress.state = 'running';
  progress.startedAt = Date.now();
  pass.step('began');
  try {
    await enumerate(pass);
    await rereadLeft(pass);
    await finish('done');
    progress.state = 'done';
    progress.covered = 1;
    progress.remainingRequests = 0;
    await end('done');
  } catch (error) {
    progress.error = reasonOf(error);
    if (signal.aborted) {
      progress.state = 'failed';
      await end('interrupted', progress.error).catch(() => {});
      throw error;
    }
    progress.state = isUnavailable(error) ? 'unavailable' : 'failed';
    if (progress.state === 'unavailable') await finish('unavailable');
    await end(progress.state, progress.error);
  } finally {
    progress.finishedAt = Date.now();
    pass.step(progress.state);
  }
}
