import type { Span } from '../../db/deletions/scans.ts';
import { TransientError } from '../../errors.ts';
import type { Pass } from '../pass/pass.ts';
import { enumerateChildren } from './children.ts';
import { enumerateList } from './list.ts';
import { enumerateObject } from './object.ts';
import { enumerateReferences } from './references.ts';
import { rereadLeft } from './reread.ts';
import { enumerateWindows } from './window.ts';

/**
 * Reads all of a resource, however it is listed, rows that had to be left included. The span of what was
 * listed as a whole; nothing where each listing, or each record, was judged for itself.
 */
export async function enumerateAll(pass: Pass): Promise<Span | undefined> {
  const span = await enumerate(pass);
  await rereadLeft(pass).catch((error: unknown) => {
    // A first reading stays open until it holds every row. One that comes round does not wait for one of them:
    // whoever holds it may do so for hours.
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
