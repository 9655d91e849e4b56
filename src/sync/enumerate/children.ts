import { writing } from '../../db/lease/transaction.ts';
import { noteRereads } from '../../db/mirror/rereads.ts';
import { countUnseen } from '../../db/mirror/rows.ts';
import { readCursors } from '../../db/progress/cursors.ts';
import {
  countDue,
  type Due,
  findDue,
  isRetried,
  markRead,
  type Parents,
  parentsOf,
} from '../../db/progress/reads.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { ByParent, Place } from '../pass/child-pages.ts';
import { KINDS } from '../pass/kinds.ts';
import type { Pass } from '../pass/pass.ts';
import { readEach } from './each.ts';
import { newListings, placePrefix, readParent } from './parent.ts';

/**
 * Lists the children of each parent that is due: its mark has moved, or its children were never read. Newest parents
 * first.
 */
export async function enumerateChildren(pass: Pass, pull: ByParent): Promise<undefined> {
  const { db } = pass.ctx;
  const { name } = pass.resource;
  const { since, until, only } = pass.scope;
  const parent = resourceNamed(pull.parent);
  const parents: Parents = {
    ...parentsOf(pass.resource, pull, parent.table),
    pass: pass.position.pass,
    readBefore: pass.position.deep,
    retriesGone: pass.kind === 'reconcile',
    since,
    until,
    only,
  };
  const listings = newListings(pass, await readPlaces(pass));
  let read = 0;
  let left = 0;
  let countAt = 0;
  const updateProgress = () => {
    pass.progress.remainingRequests = left;
    pass.progress.covered = pass.parentsDone() ? read / Math.max(1, read + left) : undefined;
  };
  /** Parents that this pass has read and that are due once more, for a later pass. */
  const unsettled = new Set<string>();
  /** Parents of whose children this pass was told that Pylon does not know them. */
  const gone = new Set<string>();
  await readEach(pass, {
    find: (limit, after, except) =>
      findDue(db.orm, name, parents, { limit, after, except: [...except, ...unsettled, ...gone] }),
    read: async (due, release) => {
      if (!(await readParent(pass, pull, due, listings, release))) unsettled.add(due.id);
      read += 1;
      left = Math.max(0, left - 1);
      updateProgress();
    },
    markGone: async (due) => {
      await markParentGone(pass, pull, due);
      gone.add(due.id);
    },
    measure: async () => {
      // To count takes longer the more parents there are: again once half of them have been read.
      if (read < countAt) return;
      left = await countDue(db.orm, name, parents);
      // Parents still to come, as far as is known.
      if (!pass.parentsDone() && only === undefined && since === undefined && pull.where === undefined)
        left += await countUnseen(db.orm, parent.table);
      countAt = read + left / 2;
      updateProgress();
    },
  });
}

/** Lists the children of given parents, whatever their marks. */
export async function enumerateParents(
  pass: Pass,
  pull: ByParent,
  given: readonly Due[],
): Promise<undefined> {
  const listings = newListings(pass, new Map());
  let left = given;
  await readEach(pass, {
    // All in one sweep: what another pass is reading now is left to the next one.
    find: async (_limit, after, except) =>
      after === undefined ? left.filter(({ id }) => !except.includes(id)) : [],
    read: async (due, release) => {
      await readParent(pass, pull, due, listings, release);
      left = left.filter(({ id }) => id !== due.id);
    },
    markGone: async (due) => {
      await markParentGone(pass, pull, due);
      left = left.filter(({ id }) => id !== due.id);
    },
    measure: async () => {},
  });
}

/**
 * The parent itself may be gone: its own record is fetched to find out. If it exists, its children are requested once
 * more; if Pylon does not know them then either, they wait for the next reconciliation.
 */
async function markParentGone(pass: Pass, pull: ByParent, due: Due): Promise<void> {
  const { db, lease } = pass.ctx;
  const parent = resourceNamed(pull.parent);
  await writing(db, lease, async (tx) => {
    await markRead(tx, pass.resource.name, due.id, due.mark, 'gone');
    if (parent.get !== undefined && !isRetried(due))
      await noteRereads(tx, parent.name, [due.id], {}, 'missing');
  });
}

/** The places of parents that an interrupted pass of the same scope was reading. */
async function readPlaces(pass: Pass): Promise<Map<string, Place>> {
  if (!KINDS[pass.kind].resumes) return new Map();
  const saved = await readCursors<Place>(pass.ctx.db.orm, pass.resource.name, placePrefix(pass));
  return new Map(saved.map(({ scope, position }) => [scope, position]));
}
