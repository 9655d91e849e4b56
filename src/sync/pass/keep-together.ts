import { DatabaseAwayError } from '../../db/connection/away.ts';
import type { Executor } from '../../db/connection/connect.ts';
import type { Item } from '../../db/mirror/store.ts';
import { dropEachCursor, saveCursor } from '../../db/progress/cursors.ts';
import { markAllRead } from '../../db/progress/reads.ts';
import { LeaseLostError } from '../../errors.ts';
import { type Gathering, newGathering } from '../lib/gathering.ts';
import type { Place } from './child-pages.ts';
import type { Kept, Pass } from './pass.ts';

/** What became of an answer that could be stored, or of which nothing was to be. */
export type KeptTogether = Exclude<Kept, { readonly is: 'failed' }>;

/**
 * Characters of rows that are stored at once; as many again may wait. An answer counts as so many at the least, which
 * makes it thirty-two answers at most.
 */
const MOST = 512 * 1024;
const LEAST_EACH = MOST / 32;
/** Milliseconds that an answer waits for others: a commit takes about a fifth of it. */
const WAIT_MS = 40;

const sizeOf = ({ batch }: Item) =>
  batch.mapped.reduce((sum, row) => sum + ('json' in row ? row.json.length : 0), LEAST_EACH);

/** Whether an error concerns every transaction, and not the answers of this one. */
const isOfAll = (error: unknown) => error instanceof DatabaseAwayError || error instanceof LeaseLostError;

/**
 * Stores answers that have nothing to do with each other in one transaction, with what `note` writes about those that
 * were stored in full. Where that fails, each is stored alone, so that one that cannot be stored does not stop the
 * others.
 */
export function keepTogether<T extends Item>(
  pass: Pass,
  note: (tx: Executor, whole: readonly T[]) => Promise<void>,
): Gathering<T, KeptTogether> {
  const outcomeOf = (kept: Kept | undefined): KeptTogether => {
    if (kept?.is === 'failed') throw kept.error;
    return kept ?? { is: 'kept', deferred: [] };
  };
  const alone = async (item: T) => outcomeOf((await pass.keepEach([item], note))[0]);

  return newGathering<T, KeptTogether>({ sizeOf, most: MOST, waitMs: WAIT_MS }, async (items) => {
    try {
      const kept = await pass.keepEach(items, note);
      return Promise.allSettled(kept.map(async (one) => outcomeOf(one)));
    } catch (error) {
      if (items.length === 1 || pass.signal.aborted || isOfAll(error)) throw error;
      pass.ctx.log.debug(
        { resource: pass.resource.name, answers: items.length, error },
        'answers are stored one by one',
      );
      const each: PromiseSettledResult<KeptTogether>[] = [];
      for (const item of items) each.push(...(await Promise.allSettled([alone(item)])));
      return each;
    }
  });
}

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
