import type { Batch } from '../../db/mirror/store.ts';
import { TransientError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import { ahead } from '../../pylon/pages/ahead.ts';
import { type Paging, type Read, readPages } from '../../pylon/pages/pages.ts';
import { type Linked, link } from '../../pylon/signal.ts';
import type { Listing, Page } from '../../pylon/types.ts';
import type { PathFacts } from '../../resources/define.ts';
import type { Pass } from './pass.ts';

/** A page with its objects mapped to rows. */
export interface PageBatch {
  readonly page: Page<Batch>;
  readonly batch: Batch;
}

export interface BatchOptions {
  /** What the request, but no object, says: the id of the parent, for example. */
  readonly facts?: PathFacts;
  readonly paging?: Paging;
  /** Inspects the objects of each answer before they are mapped; what it throws ends the listing. */
  readonly inspect?: (objects: readonly unknown[]) => void;
}

/**
 * The pages from the listing's cursor on, or from the beginning if Pylon refuses the cursor. One kept over a long
 * pause may have expired: Pylon does not document how long a cursor lives.
 */
async function* resumed(
  pass: Pass,
  listing: Listing,
  { facts = {}, paging = {}, inspect }: BatchOptions,
  onPage: () => void,
): AsyncGenerator<PageBatch> {
  const read: Read<Batch> = (objects, order) => {
    inspect?.(objects);
    return pass.batch(objects, facts, order);
  };
  let begun = false;
  for (let { cursor } = listing; ; cursor = undefined) {
    try {
      for await (const page of readPages(pass.pylon, { ...listing, cursor }, paging, read)) {
        begun = true;
        onPage();
        pass.progress.pages += 1;
        yield { page, batch: page.objects };
      }
      return;
    } catch (error) {
      const refused = error instanceof PylonError && error.status === 400;
      if (begun || cursor === undefined || !refused) throw error;
      pass.ctx.log.warn(
        { resource: pass.resource.name, reason: error.message },
        'cursor refused, beginning again',
      );
    }
  }
}

/**
 * The pages of a listing. Each is fetched, parsed and mapped while the one before is being stored. Leaving the loop
 * early aborts the pending request.
 */
export function batches(pass: Pass, listing: Listing, options: BatchOptions = {}): AsyncGenerator<PageBatch> {
  // The caller can leave once it has a page, so that the request for the first one needs no signal of its own. Most
  // listings of one parent have no other.
  let linked: Linked | undefined;
  let isOwn = false;
  const own = () => {
    linked ??= link(pass.signal);
    return linked;
  };
  const signal = () => (isOwn ? own().signal : pass.signal);
  const pages = resumed(pass, { ...listing, signal }, options, () => {
    isOwn = true;
  });
  return ahead(
    pages,
    () => own().abort(new TransientError('left early')),
    () => linked?.unlink(),
  );
}
