import type { Executor } from '../../db/connection/connect.ts';
import { writing } from '../../db/lease/transaction.ts';
import { dropCursors, saveCursor } from '../../db/progress/cursors.ts';
import { type Due, markRead } from '../../db/progress/reads.ts';
import { proveMissing, type Remove } from '../deletions/children.ts';
import { type ByParent, listChildren, type Place, START } from '../pass/child-pages.ts';
import { KINDS } from '../pass/kinds.ts';
import { idsIn, type Pass } from '../pass/pass.ts';
import { markOf } from './settled.ts';

/** The prefix of the scopes of parents' cursors. */
export const placePrefix = (pass: Pass) => `${pass.scope.name} of `;

/**
 * Reads all children of one parent, from the saved place on. Children missing from a listing read from its beginning
 * are gone. A resumed listing proves nothing, since the ids seen before are not kept; the resweep finds those
 * deletions. The transaction of the last rows marks the parent as read. A parent read within the second of its mark
 * is noted to be read once more. Returns true if it is settled, false if it is due once more.
 */
export async function readParent(
  pass: Pass,
  pull: ByParent,
  due: Due,
  places: Map<string, Place>,
): Promise<boolean> {
  const { db, lease } = pass.ctx;
  const { name } = pass.resource;
  const scope = `${placePrefix(pass)}${due.id}`;
  const start = places.get(scope);
  const seen: string[] = [];
  const asked = lease.nextOrder();
  const moment = pass.pylon.moment();
  let mark: string | undefined;
  let finished = false;
  for await (const { batch, date, next } of listChildren(pass, pull, due.id, start ?? START)) {
    seen.push(...idsIn(batch));
    mark ??= markOf(due, moment.bounds(date));
    if (next === null) {
      const keepLast = async (remove?: Remove) => {
        let removed = 0;
        await pass.keep(batch, async (tx) => {
          removed = (await remove?.(tx)) ?? 0;
          await finish(tx);
        });
        pass.progress.deleted += removed;
      };
      if (start === undefined) await proveMissing(pass, pull, due.id, { seen, asked }, keepLast);
      else await keepLast();
      finished = true;
    } else {
      await pass.keep(batch, async (tx) => {
        if (!KINDS[pass.kind].resumes) return;
        places.set(scope, next);
        await saveCursor(tx, name, scope, next);
      });
    }
    pass.step('stored a page');
  }
  // A parent without any listing.
  if (!finished) await writing(db, lease, finish);
  const isSettled = mark === undefined || mark === due.mark;
  if (!isSettled) noteUnsettled(pass, due.id);
  return isSettled;

  async function finish(tx: Executor): Promise<void> {
    await markRead(tx, name, due.id, mark ?? due.mark, 'read');
    if (places.delete(scope)) await dropCursors(tx, name, scope);
  }
}

function noteUnsettled({ ctx, resource }: Pass, id: string): void {
  const ids = ctx.unsettled.get(resource.name) ?? new Set();
  ctx.unsettled.set(resource.name, ids.add(id));
}
