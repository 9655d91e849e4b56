import { readCursor } from '../../db/progress/cursors.ts';
import { findDue, parentsOf } from '../../db/progress/reads.ts';
import type { Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import { enumerateChildren } from '../enumerate/children.ts';
import { enumerateReferences } from '../enumerate/references.ts';
import type { Context } from '../pass/context.ts';
import type { PassPosition } from '../pass/pass.ts';
import { newProgress, type ResourceProgress } from '../pass/progress.ts';
import type { PullOptions } from '../pass/pull-options.ts';
import { runPass } from './run-pass.ts';

/** Reads the children of changed records: their messages, comments, milestones. */
export interface ChildSync {
  /**
   * `seen` are further records that the pass met unchanged. If another pass stored their change, or an earlier one
   * did not get to their children, these are due and read too.
   */
  changed(
    resource: Resource,
    ids: readonly string[],
    seen?: readonly string[],
  ): Promise<readonly ResourceProgress[]>;
}

/** Reads the children of some records in one child resource. */
export type SyncChildren = (child: Resource, ids: readonly string[]) => Promise<readonly ResourceProgress[]>;

/** Child resources that are read record by record when records of `parent` change. */
export function childrenToSync(parent: Resource, all: readonly Resource[]): readonly Resource[] {
  return all.filter(
    ({ pull }) =>
      (pull.by === 'parent' && pull.parent === parent.name && pull.mark !== undefined) ||
      (pull.by === 'reference' && pull.from.resource === parent.name),
  );
}

/**
 * The records whose children to read. For listings per parent the parent's mark tells whether they are due; a
 * reference has no mark, so only changed records count.
 */
export const recordsToSync = ({ pull }: Resource, ids: readonly string[], seen: readonly string[]) =>
  pull.by === 'parent' ? [...new Set([...ids, ...seen])] : ids;

/**
 * The first pass of each child resource also looks for what an earlier process left unread, if it was killed between
 * a change and its children, and for what a pass of this process failed to read. Children read within the second of a
 * change are read once more with the next one.
 */
export function newSyncChildren(ctx: Context, options: PullOptions): SyncChildren {
  const swept = new Set<string>();

  return async (child, ids) => {
    const { name, pull } = child;
    const again = ctx.unsettled.get(name) ?? new Set();
    if (ids.length + again.size === 0 && (pull.by !== 'parent' || swept.has(name))) return [];
    const first = await readCursor<PassPosition>(ctx.db.orm, name, 'backfill');
    if (first?.ended === 'unavailable') return [];
    // Until the first read is done, it finds whatever is left itself.
    const sweeps = pull.by === 'parent' && first?.done === true && !swept.has(name);
    ctx.unsettled.delete(name);
    const wanted = [...new Set([...ids, ...again])];
    if (!sweeps && !(await isAnyDue(ctx, child, wanted))) return [];
    const progress = newProgress(name, `GET ${pull.path}`, 'changes');
    await runPass(
      {
        ...{ ctx, kind: 'changes', resource: child, progress, signal: ctx.signal },
        scope: {
          name: 'changes',
          windowDays: options.windowDays,
          only: sweeps ? undefined : wanted,
        },
        position: { pass: new Date(ctx.pylon.time().earliest).toISOString(), done: false },
        parentsDone: () => true,
      },
      {
        enumerate: (pass) =>
          pull.by === 'reference'
            ? enumerateReferences(pass, pull)
            : pull.by === 'parent'
              ? enumerateChildren(pass, pull)
              : Promise.resolve(undefined),
      },
    );
    if (progress.state === 'done') {
      if (sweeps) swept.add(name);
    } else swept.delete(name);
    return [progress];
  };
}

async function isAnyDue({ db }: Context, child: Resource, ids: readonly string[]): Promise<boolean> {
  const { name, pull } = child;
  if (ids.length === 0 || pull.by !== 'parent') return ids.length > 0;
  const parents = { ...parentsOf(child, pull, resourceNamed(pull.parent).table), pass: '', only: ids };
  return (await findDue(db.orm, name, parents, { limit: 1, after: undefined, except: [] })).length > 0;
}

/** Reads children at once; the caller waits for it. */
export function newChildSync(resources: readonly Resource[], followOne: SyncChildren): ChildSync {
  return {
    async changed(resource, ids, seen = []) {
      const followed = childrenToSync(resource, resources).map((child) =>
        followOne(child, recordsToSync(child, ids, seen)),
      );
      return (await Promise.all(followed)).flat();
    },
  };
}
