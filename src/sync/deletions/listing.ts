import type { Order } from '../../order.ts';
import { readPages } from '../../pylon/pages.ts';
import type { Pull } from '../../resources/define.ts';
import { type ByParent, listChildren, START } from '../child-pages.ts';
import { idsIn, type Pass } from '../pass.ts';

/** Every id that a listing holds now; its rows are left alone. */
export async function idsOfWhole(
  pass: Pass,
  pull: Pull & { by: 'list' | 'search' },
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  const variants = pull.by === 'list' ? (pull.variants ?? [{}]) : [{}];
  const read = (objects: readonly unknown[], order: Order) => idsIn(pass.batch(objects, {}, order));
  for (const query of variants) {
    const method = pull.by === 'list' ? 'GET' : 'POST';
    const { path: route, limit } = pull;
    const listing = { method, route, arguments: query, limit, signal: pass.signal } as const;
    for await (const page of readPages(pass.pylon, listing, {}, read))
      for (const id of page.objects) ids.add(id);
  }
  return ids;
}

/** Every id that the listings of one parent hold now. */
export async function idsOfParent(pass: Pass, pull: ByParent, parent: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { batch } of listChildren(pass, pull, parent, START))
    for (const id of idsIn(batch)) ids.add(id);
  return ids;
}
