import PQueue from 'p-queue';
import type { Executor } from '../../db/connection/connect.ts';
import { writing } from '../../db/lease/transaction.ts';
import type { Batch } from '../../db/mirror/store.ts';
import { dropEachCursor } from '../../db/progress/cursors.ts';
import { type Due, markRead } from '../../db/progress/reads.ts';
import { proveMissing, type Remove } from '../deletions/children.ts';
import type { Gathering } from '../lib/gathering.ts';
import { type ByParent, listChildren, type Place, START } from '../pass/child-pages.ts';
import { noteUnsettled } from '../pass/context.ts';
import { type KeptTogether, keepListings, type ListingPage } from '../pass/keep-together.ts';
import { KINDS } from '../pass/kinds.ts';
import { idsIn, namesAll, type Pass } from '../pass/pass.ts';
import { markOf } from './settled.ts';

/** The prefix of the scopes of parents' cursors. */
export const placePrefix = (pass: Pass) => `${pass.scope.name} of `;

/** Listings for which deletions are proved concurrently. */
const PROOFS = 6;

/** What the listings of a pass share. */
export interface Listings {
  /** The saved places in them, by scope. */
  readonly places: Map<string, Place>;
  readonly pages: Gathering<ListingPage, KeptTogether>;
  readonly proofs: PQueue;
}

export const newListings = (pass: Pass, places: Map<string, Place>): Listings => ({
  places,
  pages: keepListings(pass),
  proofs: new PQueue({ concurrency: PROOFS }),
});

/**
 * Reads all children of one parent, from the saved place on. Children missing from a listing read from its beginning
 * are gone. A resumed listing proves nothing, since the ids seen before are not kept, nor does one with an object
 * without an id; the resweep finds those deletions. The transaction of the last rows marks the parent as read. A parent read within the second of its mark
 * is noted to be read once more. Returns true if it is settled, false if it is due once more.
 *
 * @param release Called once no more requests are made, unless deletions must be proved.
 */
export async function readParent(
  pass: Pass,
  pull: ByParent,
  due: Due,
  { places, pages, proofs }: Listings,
  release: () => void,
): Promise<boolean> {
  const { db, lease } = pass.ctx;
  const { name } = pass.resource;
  const scope = `${placePrefix(pass)}${due.id}`;
  const start = places.get(scope);
  const seen: string[] = [];
  let areNamed = true;
  await pages.room();
  let arrived = pages.expect();
  const asked = lease.nextOrder();
  const moment = pass.pylon.moment();
  /** The mark to save, and what the last page brought. */
  const read: { mark?: string; last?: Batch } = {};
  try {
    await listChildren(pass, pull, due.id, start ?? START, async ({ batch, date, next }) => {
      seen.push(...idsIn(batch));
      areNamed &&= namesAll(batch);
      read.mark ??= markOf(due, moment.bounds(date));
      if (next === null) {
        read.last = batch;
        return;
      }
      arrived();
      const resumes = KINDS[pass.kind].resumes;
      await pages.add({ batch, place: resumes ? { scope, position: next } : undefined });
      if (resumes) places.set(scope, next);
      arrived = pages.expect();
      pass.step('stored a page');
    });
  } finally {
    arrived();
  }
  const { mark = due.mark, last } = read;
  release();
  if (last === undefined) await writing(db, lease, finish);
  else await keepLast(last);
  places.delete(scope);
  pass.step('stored a page');
  const isSettled = mark === due.mark;
  if (!isSettled) noteUnsettled(pass.ctx, name, due.id);
  return isSettled;

  async function keepLast(batch: Batch): Promise<void> {
    const listed = start === undefined && areNamed ? { parent: due.id, seen, asked } : undefined;
    const drops = places.has(scope) ? scope : undefined;
    const kept = await pages.add({ batch, listed, read: { id: due.id, mark }, drops });
    if (kept.is === 'kept' || listed === undefined) return;
    const keepWith = async (remove?: Remove) => {
      let removed = 0;
      await pass.keep(batch, async (tx) => {
        removed = (await remove?.(tx)) ?? 0;
        await finish(tx);
      });
      pass.progress.deleted += removed;
    };
    await proofs.add(() => proveMissing(pass, pull, listed, keepWith));
  }

  async function finish(tx: Executor): Promise<void> {
    await markRead(tx, name, due.id, mark, 'read');
    if (places.has(scope)) await dropEachCursor(tx, name, [scope]);
  }
}
