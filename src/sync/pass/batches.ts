import type { Batch } from '../../db/mirror/store.ts';
import { TransientError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import { ahead } from '../../pylon/pages/ahead.ts';
import { type Paging, type Read, readPages } from '../../pylon/pages/pages.ts';
import type { Listing, Page } from '../../pylon/types.ts';
import { link } from '../../pylon/wire/signal.ts';
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
): AsyncGenerator<Page<Batch>> {
  const read: Read<Batch> = (objects, order) => {
    inspect?.(objects);
    return pass.batch(objects, facts, order);
  };
  let begun = false;
  try {
    for await (const page of readPages(pass.pylon, listing, paging, read)) {
      begun = true;
      yield page;
    }
  } catch (error) {
    const refused = error instanceof PylonError && error.status === 400;
    if (begun || listing.cursor === undefined || !refused) throw error;
    pass.ctx.log.warn(
      { resource: pass.resource.name, reason: error.message },
      'cursor refused, beginning again',
    );
    yield* readPages(pass.pylon, { ...listing, cursor: undefined }, paging, read);
  }
}

async function* counted(pass: Pass, listing: Listing, options: BatchOptions): AsyncGenerator<PageBatch> {
  for await (const page of resumed(pass, { ...listing, signal: pass.signal }, options)) {
    pass.progress.pages += 1;
    yield { page, batch: page.objects };
  }
}

/**
 * The pages of a listing. Each is fetched, parsed and mapped while the one before is being stored. Leaving the loop
 * early aborts the pending request.
 */
export async function* batches(
  pass: Pass,
  listing: Listing,
  options: BatchOptions = {},
): AsyncGenerator<PageBatch> {
  const linked = link(pass.signal);
  try {
    const signalled = { ...pass, signal: linked.signal };
    yield* ahead(counted(signalled, listing, options), () => linked.abort(new TransientError('left early')));
  } finally {
    linked.unlink();
  }
}
