import type { Batch } from '../../db/mirror/store.ts';
import type { Order } from '../../order.ts';
import { PylonError } from '../../pylon/errors.ts';
import { readPages } from '../../pylon/pages/pages.ts';
import type { Listing } from '../../pylon/types.ts';
import type { Pull, Query } from '../../resources/define.ts';
import { type ByParent, listChildren, START } from '../pass/child-pages.ts';
import { idsIn, namesAll, type Pass } from '../pass/pass.ts';

type Whole = Pull & { by: 'list' | 'search' | 'types' };

/** A part of a listing: parameters of the query, or of the path. */
interface Part {
  readonly query?: Query;
  readonly params?: Readonly<Record<string, string>>;
}

const listingOf = (
  pass: Pass,
  pull: Whole,
  { query = {}, params = {} }: Part,
  limit: number | undefined,
): Listing => ({
  method: pull.by === 'search' ? 'POST' : 'GET',
  route: pull.path,
  params,
  arguments: query,
  limit,
  signal: pass.signal,
});

function partsOf({ ctx }: Pass, pull: Whole): readonly Part[] {
  if (pull.by === 'types') return ctx.types.map((type) => ({ params: { [pull.column]: type } }));
  return ((pull.by === 'list' && pull.variants) || [{}]).map((query) => ({ query }));
}

/** What a listing contains now. */
export interface Contained {
  readonly ids: ReadonlySet<string>;
  /** Whether every object had an id. If not, an id that is missing may be that of such an object. */
  readonly areAll: boolean;
}

/** Every id in a listing now; rows are not stored. Refused parts contribute none. `type`: only of that one. */
export async function idsOfWhole(pass: Pass, pull: Whole, type?: string): Promise<Contained> {
  const ids = new Set<string>();
  const parts =
    pull.by === 'types' && type !== undefined ? [{ params: { [pull.column]: type } }] : partsOf(pass, pull);
  let areAll = true;
  let refused = 0;
  for (const part of parts) {
    try {
      for await (const batch of batches(pass, listingOf(pass, pull, part, pull.limit))) {
        for (const id of idsIn(batch)) ids.add(id);
        areAll &&= namesAll(batch);
      }
    } catch (error) {
      unlessRefused(pull)(error);
      refused += 1;
      if (refused === parts.length) throw error;
    }
  }
  return { ids, areAll };
}

/** An older or newer server may not know a variant of a listing, and a workspace not a type. */
const unlessRefused =
  ({ by }: Whole) =>
  (error: unknown): { readonly value?: Batch } => {
    if (error instanceof PylonError && error.status === (by === 'types' ? 404 : 400)) return {};
    throw error;
  };

async function* batches(pass: Pass, listing: Listing): AsyncGenerator<Batch> {
  const read = (objects: readonly unknown[], order: Order) => pass.batch(objects, {}, order);
  for await (const page of readPages(pass.pylon, listing, {}, read)) yield page.objects;
}

/** Up to `limit` ids that a listing of the resource contains now; the newest if it is long. */
export async function listedNow(pass: Pass, limit: number): Promise<readonly string[]> {
  const { pull } = pass.resource;
  const whole: Whole | undefined =
    pull.by === 'window' || pull.by === 'slices'
      ? { by: 'search', path: pull.by === 'window' ? pull.search : pull.path, limit }
      : pull.by === 'list' || pull.by === 'search' || pull.by === 'types'
        ? pull
        : undefined;
  if (whole === undefined) return [];
  const few = whole.limit === undefined ? undefined : limit;
  for (const part of partsOf(pass, whole)) {
    const { value } = await batches(pass, listingOf(pass, whole, part, few))
      .next()
      .catch(unlessRefused(whole));
    const ids = value === undefined ? [] : idsIn(value);
    if (ids.length > 0) return ids.slice(0, limit);
  }
  return [];
}

/** Every id in the listings of one parent now. */
export async function idsOfParent(pass: Pass, pull: ByParent, parent: string): Promise<Contained> {
  const ids = new Set<string>();
  let areAll = true;
  await listChildren(pass, pull, parent, START, async ({ batch }) => {
    for (const id of idsIn(batch)) ids.add(id);
    areAll &&= namesAll(batch);
  });
  return { ids, areAll };
}
