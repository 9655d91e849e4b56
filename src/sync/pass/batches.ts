import type { Batch } from '../../db/mirror/store.ts';
import { TransientError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import { forEachAhead, type Source } from '../../pylon/pages/ahead.ts';
import { Pager, type Paging, type Read } from '../../pylon/pages/pages.ts';
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
 * The pages from the listing's cursor on, or once more from the beginning if Pylon refuses a cursor. One kept over a
 * long pause may have expired: Pylon does not document how long a cursor lives.
 */
class Batches implements Source<PageBatch> {
  readonly #pass: Pass;
  readonly #listing: Listing;
  readonly #options: BatchOptions;
  readonly #read: Read<Batch>;
  #pager: Pager<Batch>;
  #hasBegun = false;
  /** Whether the next request has a cursor, and the listing has not begun again yet. */
  #canBeginAgain: boolean;
  #hasBegunAgain = false;
  #linked: Linked | undefined;

  constructor(pass: Pass, listing: Listing, options: BatchOptions) {
    this.#pass = pass;
    // Nobody can leave before there is a page, so that the request for the first one needs no signal of its own. Most
    // listings of one parent have no other.
    const signal = () => (this.#hasBegun ? this.#own().signal : pass.signal);
    this.#listing = { ...listing, signal };
    this.#options = options;
    const { facts = {}, inspect } = options;
    this.#read = (objects, order) => {
      inspect?.(objects);
      return pass.batch(objects, facts, order);
    };
    this.#canBeginAgain = listing.cursor !== undefined;
    this.#pager = this.#from(listing.cursor);
  }

  hasMore({ page }: PageBatch): boolean {
    return page.next !== null;
  }

  async next(): Promise<PageBatch | undefined> {
    for (;;) {
      try {
        const page = await this.#pager.next();
        if (page === undefined) return undefined;
        this.#hasBegun = true;
        this.#canBeginAgain ||= !this.#hasBegunAgain;
        this.#pass.progress.pages += 1;
        return { page, batch: page.objects };
      } catch (error) {
        const refused = error instanceof PylonError && error.status === 400;
        if (!this.#canBeginAgain || !refused) throw error;
        const { ctx, resource } = this.#pass;
        ctx.log.warn({ resource: resource.name, reason: error.message }, 'cursor refused, beginning again');
        this.#canBeginAgain = false;
        this.#hasBegunAgain = true;
        this.#pager = this.#from(undefined);
      }
    }
  }

  /** Ends the request in flight. */
  leave(): void {
    this.#own().abort(new TransientError('left early'));
  }

  end(): void {
    this.#linked?.unlink();
  }

  #own(): Linked {
    this.#linked ??= link(this.#pass.signal);
    return this.#linked;
  }

  #from(cursor: string | undefined): Pager<Batch> {
    const listing = cursor === this.#listing.cursor ? this.#listing : { ...this.#listing, cursor };
    return new Pager(this.#pass.pylon, listing, this.#options.paging ?? {}, this.#read);
  }
}

/**
 * Works on the pages of a listing, in order. Each is fetched, parsed and mapped while the one before is being stored. If
 * the work fails, the pending request is aborted.
 */
export async function eachBatch(
  pass: Pass,
  listing: Listing,
  options: BatchOptions,
  work: (batch: PageBatch) => Promise<void>,
): Promise<void> {
  const source = new Batches(pass, listing, options);
  try {
    await forEachAhead(source, work, () => source.leave());
  } finally {
    source.end();
  }
}
