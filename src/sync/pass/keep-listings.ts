import { DatabaseAwayError } from '../../db/connection/away.ts';
import type { Executor } from '../../db/connection/connect.ts';
import type { Item } from '../../db/mirror/store.ts';
import { dropEachCursor, saveCursor } from '../../db/progress/cursors.ts';
import { markAllRead } from '../../db/progress/reads.ts';
import { LeaseLostError } from '../../errors.ts';
import { type Gathering, newGathering } from '../lib/gathering.ts';
import type { Place } from './child-pages.ts';
import type { Kept, Pass } from './pass.ts';

/** A page of a parent's listing, and what its transaction notes. */
export interface ListingPage extends Item {
  /** That the parent was read, for the last page. */
  readonly read?: { readonly id: string; readonly mark: string } | undefined;
  /** The scope of the place to delete. */
  readonly drops?: string | undefined;
  /** The place after the page, to be saved. */
  readonly place?: { readonly scope: string; readonly position: Place } | undefined;
}

/** `missing`: nothing was stored, since the listing lacks rows of the parent. */
export type ListingKept = Exclude<Kept['is'], 'failed'>;

/**
 * Characters of rows that are stored at once; as many again may wait. A page counts as so many at the least, which makes
 * it thirty-two pages at most.
 */
const MOST = 512 * 1024;
const LEAST_A_PAGE = MOST / 32;
/** Milliseconds that a page waits for others: a commit takes about a fifth of it. */
const WAIT_MS = 40;

const sizeOf = ({ batch }: ListingPage) =>
  batch.mapped.reduce((sum, row) => sum + ('json' in row ? row.json.length : 0), LEAST_A_PAGE);

/** Whether an error concerns every transaction, and not the pages of this one. */
const isOfAll = (error: unknown) => error instanceof DatabaseAwayError || error instanceof LeaseLostError;

/**
 * Stores pages of the listings of several parents in one transaction, each with its note that the parent was read, or
 * how far. Where that fails, each is stored alone, so that one that cannot be stored does not stop the others. There
 * must be one page of a parent at a time.
 */
export function keepListings(pass: Pass): Gathering<ListingPage, ListingKept> {
  const { name } = pass.resource;
  const note = async (tx: Executor, pages: readonly ListingPage[]) => {
    await markAllRead(
      tx,
      name,
      pages.flatMap(({ read }) => read ?? []),
    );
    await dropEachCursor(
      tx,
      name,
      pages.flatMap(({ drops }) => drops ?? []),
    );
    for (const { place } of pages)
      if (place !== undefined) await saveCursor(tx, name, place.scope, place.position);
  };
  const outcomeOf = (kept: Kept | undefined): ListingKept => {
    if (kept?.is === 'failed') throw kept.error;
    return kept?.is ?? 'kept';
  };
  const alone = async (page: ListingPage) => outcomeOf((await pass.keepEach([page], note))[0]);

  return newGathering({ sizeOf, most: MOST, waitMs: WAIT_MS }, async (pages) => {
    try {
      const kept = await pass.keepEach(pages, note);
      return Promise.allSettled(kept.map(async (one) => outcomeOf(one)));
    } catch (error) {
      if (pages.length === 1 || pass.signal.aborted || isOfAll(error)) throw error;
      pass.ctx.log.debug({ resource: name, pages: pages.length, error }, 'pages are stored one by one');
      const each: PromiseSettledResult<ListingKept>[] = [];
      for (const page of pages) each.push(...(await Promise.allSettled([alone(page)])));
      return each;
    }
  });
}
