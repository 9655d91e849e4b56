import { readRow } from '../../db/mirror/rows.ts';
import type { Batch } from '../../db/mirror/store.ts';
import type { Pull, Query } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import { eachBatch } from './batches.ts';
import type { Pass } from './pass.ts';

export type ByParent = Pull & { by: 'parent' };

/** How far the listings of a parent have been read, if they take more than one page. */
export interface Place {
  readonly [key: string]: unknown;
  readonly variant: number;
  readonly cursor: string | null;
}

export const START: Place = { variant: 0, cursor: null };

const strings = (query: Query) =>
  Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)]));

/**
 * The queries that list one parent's children: a single empty one, unless the descriptor derives them from the
 * parent's row.
 */
async function variantsOf(pass: Pass, pull: ByParent, id: string): Promise<readonly Query[]> {
  if (pull.variants === undefined) return [{}];
  const row = await readRow(pass.ctx.db.orm, resourceNamed(pull.parent).table, id);
  return row === undefined ? [] : pull.variants(row);
}

/** A page of a parent's children. */
export interface ChildPage {
  readonly batch: Batch;
  /** Pylon's clock when it answered, epoch milliseconds. */
  readonly date: number | undefined;
  /** The place after it; null after the last page. */
  readonly next: Place | null;
}

/** Works on the pages of a parent's listings from a place on, while the next one is being fetched. */
export async function listChildren(
  pass: Pass,
  pull: ByParent,
  id: string,
  from: Place,
  work: (page: ChildPage) => Promise<void>,
): Promise<void> {
  const variants = await variantsOf(pass, pull, id);
  for (let variant = from.variant; variant < variants.length; variant += 1) {
    const query = variants[variant] ?? {};
    const cursor = variant === from.variant ? (from.cursor ?? undefined) : undefined;
    const facts = { ...strings(query), [pull.foreignKey]: id };
    const listing = {
      method: 'GET',
      route: pull.path,
      params: { id },
      arguments: query,
      limit: pull.limit,
      items: pull.items,
      cursor,
    } as const;
    await eachBatch(pass, listing, { facts }, ({ page, batch }) => {
      const next: Place =
        page.next === null ? { variant: variant + 1, cursor: null } : { variant, cursor: page.next };
      return work({ batch, date: page.date, next: next.variant === variants.length ? null : next });
    });
  }
}
