import type { Executor } from '../../db/connect.ts';
import { dropCursors, readCursors, saveCursor } from '../../db/cursors.ts';
import { countDue, type Due, findDue, markRead, type Parents, readRow } from '../../db/reads.ts';
import { writing } from '../../db/transaction.ts';
import type { Pull, Query } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import { batches } from '../batches.ts';
import type { Pass } from '../pass.ts';
import { readEach } from './each.ts';

type ByParent = Pull & { by: 'parent' };

/** How far a parent's listings were read, where they take more than one page. */
interface Place {
  readonly [key: string]: unknown;
  readonly variant: number;
  readonly cursor: string | null;
}

const START: Place = { variant: 0, cursor: null };

/** One listing per parent: for those whose mark moved or that were never read, newest first. */
export async function enumerateChildren(pass: Pass, pull: ByParent): Promise<void> {
  const { db, lease } = pass.ctx;
  const { name } = pass.resource;
  const { since, until } = pass.scope;
  const { table } = resourceNamed(pull.parent);
  const parents: Parents = { table, mark: pull.mark ?? [], pass: pass.position.pass, since, until };
  const prefix = `${pass.scope.name} of `;
  const places = new Map(
    (await readCursors<Place>(db.orm, name, prefix)).map(({ scope, position }) => [scope, position]),
  );
  let read = 0;
  let left = 0;
  const tell = () => {
    pass.progress.remainingRequests = left;
    pass.progress.covered = pass.parentsDone() ? read / Math.max(1, read + left) : undefined;
  };

  const readParent = async (due: Due) => {
    const scope = `${prefix}${due.id}`;
    const place = places.get(scope) ?? START;
    const variants = await variantsOf(pass, pull, due.id);
    const finish = async (tx: Executor) => {
      await markRead(tx, name, due.id, due.mark, 'read');
      if (places.delete(scope)) await dropCursors(tx, name, scope);
    };
    for (let variant = place.variant; variant < variants.length; variant += 1) {
      const query = variants[variant] ?? {};
      const cursor = variant === place.variant ? (place.cursor ?? undefined) : undefined;
      const facts = { ...strings(query), [pull.foreignKey]: due.id };
      const listing = {
        method: 'GET',
        route: pull.path,
        params: { id: due.id },
        arguments: query,
        limit: pull.limit,
        cursor,
      } as const;
      for await (const { page, batch } of batches(pass, listing, { facts })) {
        const next =
          page.next === null ? { variant: variant + 1, cursor: null } : { variant, cursor: page.next };
        const ended = next.variant === variants.length;
        await pass.keep(batch, async (tx) => {
          if (ended) return finish(tx);
          places.set(scope, next);
          await saveCursor(tx, name, scope, next);
        });
        pass.step('stored a page');
      }
    }
    if (variants.length === 0) await writing(db, lease, finish);
    read += 1;
    left = Math.max(0, left - 1);
    tell();
  };

  const measure = async () => {
    left = await countDue(db.orm, name, parents);
    tell();
  };
  await readEach(pass, {
    find: (limit, after, except) => findDue(db.orm, name, parents, { limit, after, except }),
    read: readParent,
    markGone: (due) => writing(db, lease, (tx) => markRead(tx, name, due.id, due.mark, 'gone')),
    measure,
  });
}

/** The listings of one parent: one without parameters, unless the descriptor makes them from its row. */
async function variantsOf(pass: Pass, pull: ByParent, id: string): Promise<readonly Query[]> {
  if (pull.variants === undefined) return [{}];
  const row = await readRow(pass.ctx.db.orm, resourceNamed(pull.parent).table, id);
  return row === undefined ? [] : pull.variants(row);
}

const strings = (query: Query) =>
  Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)]));
