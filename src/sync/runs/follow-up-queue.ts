import { findDueAgain, parentsOf } from '../../db/progress/reads.ts';
import type { Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import { type Bell, newBell } from '../lib/bell.ts';
import type { Context } from '../pass/context.ts';
import { type ChildSync, childrenToSync, recordsToSync, type SyncChildren } from './sync-children.ts';

/** Records a round, so that a new change does not wait behind thousands that somebody changed at once. */
const ROUND = 60;

/** Children to be read later: pulls go on meanwhile. */
export interface FollowUpQueue extends ChildSync {
  /** Resources that may have entries. */
  readonly children: readonly Resource[];
  /** Rings when an entry of a resource is queued, but not when one is put back after a failure. */
  bell(child: Resource): Bell;
  /** Queues parents whose children are to be read again, since a column of theirs is still empty. */
  noteDueAgain(ctx: Context): Promise<void>;
  /** Reads one round of a resource's entries, the newest first. Returns whether more are left. */
  drain(child: Resource): Promise<boolean>;
}

/** Queues the children of changed records, so that each resource reads them at its own pace. */
export function newFollowUpQueue(resources: readonly Resource[], followOne: SyncChildren): FollowUpQueue {
  const children = [...new Set(resources.flatMap((parent) => childrenToSync(parent, resources)))];
  const bells = new Map(children.map(({ name }) => [name, newBell()]));
  const noted = new Map<string, Set<string>>();
  const put = (name: string, ids: readonly string[]) => {
    noted.set(name, new Set([...(noted.get(name) ?? []), ...ids]));
  };
  const note = (name: string, ids: readonly string[]) => {
    put(name, ids);
    bells.get(name)?.ring();
  };
  return {
    children,
    bell: ({ name }) => bells.get(name) ?? newBell(),
    async changed(resource, ids, seen = []) {
      // Queued without ids too, so that what an earlier pass left unread is found.
      for (const child of childrenToSync(resource, resources))
        note(child.name, recordsToSync(child, ids, seen));
      return [];
    },
    async noteDueAgain({ db }) {
      for (const child of resources) {
        const { pull } = child;
        if (pull.by !== 'parent' || pull.again === undefined) continue;
        const { again } = parentsOf(child, pull, resourceNamed(pull.parent).table);
        const ids = again === undefined ? [] : await findDueAgain(db.orm, child.name, again);
        if (ids.length > 0) note(child.name, ids);
      }
    },
    async drain(child) {
      const all = [...(noted.get(child.name) ?? [])];
      if (!noted.delete(child.name)) return false;
      const ids = all.slice(-ROUND);
      if (all.length > ids.length) put(child.name, all.slice(0, -ROUND));
      try {
        await followOne(child, ids);
      } catch (error) {
        put(child.name, ids);
        throw error;
      }
      return noted.has(child.name);
    },
  };
}
