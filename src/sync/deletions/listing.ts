import type { Order } from '../../order.ts';
import { PylonError } from '../../pylon/errors.ts';
import { readPages } from '../../pylon/pages/pages.ts';
import type { Listing } from '../../pylon/types.ts';
import type { Pull, Query } from '../../resources/define.ts';
import { type ByParent, listChildren, START } from '../pass/child-pages.ts';
import { idsIn, type Pass } from '../pass/pass.ts';

type Whole = Pull & { by: 'list' | 'search' };

const listingOf = (pass: Pass, pull: Whole, query: Query, limit: number | undefined): Listing => ({
  method: pull.by === 'list' ? 'GET' : 'POST',
  route: pull.path,
  arguments: query,
  limit,
  signal: pass.signal,
});

const variantsOf = (pull: Whole): readonly Query[] => (pull.by === 'list' && pull.variants) || [{}];

/** Every id in a listing now; rows are not stored. Refused variants contribute none. */
export async function idsOfWhole(pass: Pass, pull: Whole): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  const variants = variantsOf(pull);
  let refused = 0;
  for (const query of variants) {
    try {
      for await (const page of idPages(pass, listingOf(pass, pull, query, pull.limit)))
        for (const id of page) ids.add(id);
    } catch (error) {
      unlessRefused(error);
      refused += 1;
      if (refused === variants.length) throw error;
    }
  }
  return ids;
}

/** An older or newer server may not know a variant of a listing. */
function unlessRefused(error: unknown): { readonly value?: readonly string[] } {
  if (error instanceof PylonError && error.status === 400) return {};
  throw error;
}

async function* idPages(pass: Pass, listing: Listing): AsyncGenerator<readonly string[]> {
  const read = (objects: readonly unknown[], order: Order) => idsIn(pass.batch(objects, {}, order));
  for await (const page of readPages(pass.pylon, listing, {}, read)) yield page.objects;
}

/** Up to `limit` ids that a listing of the resource contains now; the newest if it is long. */
export async function listedNow(pass: Pass, limit: number): Promise<readonly string[]> {
  const { pull } = pass.resource;
  const whole: Whole | undefined =
    pull.by === 'window' || pull.by === 'slices'
      ? { by: 'search', path: pull.by === 'window' ? pull.search : pull.path, limit }
      : pull.by === 'list' || pull.by === 'search'
        ? pull
        : undefined;
  if (whole === undefined) return [];
  const few = whole.limit === undefined ? undefined : limit;
  for (const query of variantsOf(whole)) {
    const { value = [] } = await idPages(pass, listingOf(pass, whole, query, few))
      .next()
      .catch(unlessRefused);
    if (value.length > 0) return value.slice(0, limit);
  }
  return [];
}

/** Every id in the listings of one parent now. */
export async function idsOfParent(pass: Pass, pull: ByParent, parent: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { batch } of listChildren(pass, pull, parent, START))
    for (const id of idsIn(batch)) ids.add(id);
  return ids;
}
