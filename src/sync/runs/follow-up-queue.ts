import type { Resource } from '../../resources/define.ts';
import { type ChildSync, childrenToSync, recordsToSync, type SyncChildren } from './sync-children.ts';

/** Records read at a time: what changes meanwhile does not wait behind thousands that a person changed at once. */
const ROUND = 60;

/** Following that nobody waits for: pulls go on while what hangs on the last one's records waits for its turn. */
export interface FollowUpQueue extends ChildSync {
  /** Resources that may have something to read. */
  readonly children: readonly Resource[];
  /** Reads what was noted for one of them, the last first. Whether more is noted. */
  drain(child: Resource): Promise<boolean>;
}

/** Notes what hangs on changed records, for each resource to be read at its own pace. */
export function newFollowUpQueue(resources: readonly Resource[], followOne: SyncChildren): FollowUpQueue {
  const noted = new Map<string, Set<string>>();
  const note = (name: string, ids: readonly string[]) => {
    noted.set(name, new Set([...(noted.get(name) ?? []), ...ids]));
  };
  return {
    children: [...new Set(resources.flatMap((parent) => childrenToSync(parent, resources)))],
    async changed(resource, ids, seen = []) {
      // Noted without ids too: what an earlier pass left is looked for.
      for (const child of childrenToSync(resource, resources))
        note(child.name, recordsToSync(child, ids, seen));
      return [];
    },
    async drain(child) {
      const all = [...(noted.get(child.name) ?? [])];
      if (!noted.delete(child.name)) return false;
      const ids = all.slice(-ROUND);
      if (all.length > ids.length) note(child.name, all.slice(0, -ROUND));
      try {
        await followOne(child, ids);
      } catch (error) {
        note(child.name, ids);
        throw error;
      }
      return noted.has(child.name);
    },
  };
}
