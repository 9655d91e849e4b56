import type { Batch } from '../db/store.ts';
import { TransientError } from '../errors.ts';
import { ahead } from '../pylon/ahead.ts';
import { PylonError } from '../pylon/errors.ts';
import { type Paging, pages } from '../pylon/pages.ts';
import { link } from '../pylon/signal.ts';
import type { Listing, Page } from '../pylon/types.ts';
import type { PathFacts } from '../resources/define.ts';
import type { Pass } from './pass.ts';

/** A page, and its objects as rows. */
export interface PageBatch {
  readonly page: Page;
  readonly batch: Batch;
}

/**
 * The pages from the listing's cursor on; from the beginning where the cursor is refused. One kept over a
 * long pause may have expired: Pylon says nothing of how long one lives.
 */
async function* resumed(pass: Pass, listing: Listing, paging: Paging): AsyncGenerator<Page> {
  let begun = false;
  try {
    for await (const page of pages(pass.pylon, listing, paging)) {
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
    yield* pages(pass.pylon, { ...listing, cursor: undefined }, paging);
  }
}

async function* mapped(
  pass: Pass,
  listing: Listing,
  facts: PathFacts,
  paging: Paging,
): AsyncGenerator<PageBatch> {
  for await (const page of resumed(pass, { ...listing, signal: pass.signal }, paging)) {
    pass.progress.pages += 1;
    yield { page, batch: pass.batch(page.objects, facts, page.order) };
  }
}

/**
 * The pages of a listing, each fetched, parsed and mapped while the one before is being stored. Leaving early,
 * as when a page cannot be stored, aborts the fetch in hand.
 */
export async function* batches(
  pass: Pass,
  listing: Listing,
  facts: PathFacts = {},
  paging: Paging = {},
): AsyncGenerator<PageBatch> {
  const linked = link(pass.signal);
  try {
    const signalled = { ...pass, signal: linked.signal };
    yield* ahead(mapped(signalled, listing, facts, paging), () =>
      linked.abort(new TransientError('left early')),
    );
  } finally {
    linked.unlink();
  }
}
