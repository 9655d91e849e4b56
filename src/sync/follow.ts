import { readCursor } from '../db/cursors.ts';
import type { Resource } from '../resources/define.ts';
import type { Context } from './context.ts';
import { enumerateChildren } from './enumerate/children.ts';
import { enumerateReferences } from './enumerate/references.ts';
import type { PassPosition } from './pass.ts';
import { newProgress, type ResourceProgress } from './progress.ts';
import type { PullOptions } from './pull-options.ts';
import { runPass } from './run-pass.ts';

/** Reads what hangs on records of a resource that changed: their messages, comments, milestones. */
export interface Follow {
  changed(resource: Resource, ids: readonly string[]): Promise<readonly ResourceProgress[]>;
}

/** Resources that are read record by record, as the records of another change. */
function followers(parent: Resource, all: readonly Resource[]): readonly Resource[] {
  return all.filter(
    ({ pull }) =>
      (pull.by === 'parent' && pull.parent === parent.name && pull.mark !== undefined) ||
      (pull.by === 'reference' && pull.from.resource === parent.name),
  );
}

/**
 * What an earlier process left unread, killed between a change and what hangs on it, is looked for once, in the
 * first pass of each resource; so is what a pass of this process failed to read. What was read within the second
 * of a change is read once more with the next.
 */
export function newFollow(ctx: Context, options: PullOptions): Follow {
  const swept = new Set<string>();

  const follow = async (child: Resource, ids: readonly string[]): Promise<readonly ResourceProgress[]> => {
    const { name, pull } = child;
    const first = await readCursor<PassPosition>(ctx.db.orm, name, 'backfill');
    if (first?.ended === 'unavailable') return [];
    // Before that is done, the first reading itself finds whatever is left.
    const sweeps = pull.by === 'parent' && first?.done === true && !swept.has(name);
    const again = ctx.unsettled.get(name) ?? new Set();
    ctx.unsettled.delete(name);
    if (ids.length === 0 && again.size === 0 && !sweeps) return [];
    const progress = newProgress(name, `GET ${pull.path}`, 'changes');
    await runPass(
      {
        ...{ ctx, kind: 'changes', resource: child, progress, signal: ctx.signal },
        scope: {
          name: 'changes',
          windowDays: options.windowDays,
          only: sweeps ? undefined : [...ids, ...again],
        },
        position: { pass: new Date(ctx.pylon.now()).toISOString(), done: false },
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

  return {
    async changed(resource, ids) {
      const followed = followers(resource, options.resources).map((child) => follow(child, ids));
      return (await Promise.all(followed)).flat();
    },
  };
}
