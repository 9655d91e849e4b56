import type { Span } from '../../db/deletions/scans.ts';
import { TransientError } from '../../errors.ts';
import { unwrapObject } from '../../pylon/answer.ts';
import type { Pull } from '../../resources/define.ts';
import type { Pass } from '../pass/pass.ts';
import { enumerateChildren } from './children.ts';
import { enumerateList } from './list.ts';
import { enumerateReferences } from './references.ts';
import { rereadLeft } from './reread.ts';
import { enumerateSlices } from './slices.ts';
import { enumerateTypes } from './types.ts';
import { enumerateWindows } from './window.ts';

/**
 * Reads all of a resource, however it is listed, and then what locked rows had left. Returns the span of a complete
 * listing; undefined where deletions are inferred listing by listing, or record by record.
 */
export async function enumerateAll(pass: Pass): Promise<Span | undefined> {
  const span = await enumerate(pass);
  await rereadLeft(pass).catch((error: unknown) => {
    // A first read stays open until every row is stored. A repeated one does not wait for a locked row: the lock may last for hours.
    if (pass.kind === 'backfill' || !(error instanceof TransientError) || pass.signal.aborted) throw error;
    pass.leave(error);
  });
  return span;
}

async function enumerate(pass: Pass): Promise<Span | undefined> {
  const { pull } = pass.resource;
  switch (pull.by) {
    case 'object':
      return enumerateObject(pass, pull);
    case 'list':
      return enumerateList(pass, { method: 'GET', variants: [{}], ...pull });
    case 'types':
      return enumerateTypes(pass, pull);
    case 'search':
      return enumerateList(pass, { method: 'POST', variants: [{}], ...pull });
    case 'slices':
      return enumerateSlices(pass, pull);
    case 'window':
      return enumerateWindows(pass, pull);
    case 'parent':
      return enumerateChildren(pass, pull);
    case 'reference':
      return enumerateReferences(pass, pull);
  }
}

/** Reads a resource that is a single object, which the answer contains. */
async function enumerateObject(pass: Pass, pull: Pull & { by: 'object' }): Promise<undefined> {
  const answer = await pass.pylon.request({ method: 'GET', route: pull.path, signal: pass.signal });
  pass.progress.pages += 1;
  await pass.keep(pass.batch([unwrapObject(answer)], {}, answer.order));
  pass.step('stored the object');
}
