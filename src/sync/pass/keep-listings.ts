import type { Item } from '../../db/mirror/store.ts';
import { dropEachCursor, saveCursor } from '../../db/progress/cursors.ts';
import { markAllRead } from '../../db/progress/reads.ts';
import type { Gathering } from '../lib/gathering.ts';
import type { Place } from './child-pages.ts';
import { type KeptTogether, keepTogether } from './keep-together.ts';
import type { Pass } from './pass.ts';

/** A page of a parent's listing, and what its transaction notes. */
export interface ListingPage extends Item {
  /** That the parent was read, for the last page. */
  readonly read?: { readonly id: string; readonly mark: string } | undefined;
  /** The scope of the place to delete. */
  readonly drops?: string | undefined;
  /** The place after the page, to be saved. */
  readonly place?: { readonly scope: string; readonly position: Place } | undefined;
}

/**
 * Stores pages of the listings of several parents together, each with its note that the parent was read, or how far.
 * There must be one page of a parent at a time.
 */
export function keepListings(pass: Pass): Gathering<ListingPage, KeptTogether> {
  const { name } = pass.resource;
  return keepTogether<ListingPage>(pass, async (tx, pages) => {
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
  });
}
