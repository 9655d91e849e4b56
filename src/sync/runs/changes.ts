import { hasNewFields } from '../../db/bi/types.ts';
import { writing } from '../../db/lease/transaction.ts';
import { NOT_BEGUN, readScopes, saveCursor } from '../../db/progress/cursors.ts';
import { formatInstant } from '../../instant.ts';
import type { Changes, Resource } from '../../resources/define.ts';
import { sleep } from '../../sleep.ts';
import { enumerateChanges } from '../enumerate/changes.ts';
import { CHANGES, type ChangesPosition } from '../pass/changes-position.ts';
import type { Context } from '../pass/context.ts';
import type { PassPosition } from '../pass/pass.ts';
import { newProgress, type ResourceProgress } from '../pass/progress.ts';
import type { PullOptions } from '../pass/pull-options.ts';
import { runPass } from './run-pass.ts';
import { type ChildSync, newChildSync, newSyncChildren } from './sync-children.ts';
import { enumerateTypeChanges } from './type-changes.ts';
import { followCustomFields } from './views.ts';

/** Pulls what changed in Pylon since the watermark. */
export interface Puller {
  /**
   * Pulls the changes of every resource that can be searched by time, and the children of the changed records.
   * Returns the progress of each resource.
   *
   * @param onEnded is called when a resource's pull ends, also by failure; others may still be running.
   */
  pull(
    only?: readonly Resource[],
    onEnded?: (resource: string) => void,
  ): Promise<readonly ResourceProgress[]>;
  /** Reads the children of changed records. */
  readonly follow: ChildSync;
}

/**
 * @param options.spacingMs Milliseconds between the beginnings of two resources, so that they need not have a
 * connection to the database each; default 0.
 * @param follow reads the children of changed records; by default the pull waits for it.
 */
export function newPuller(
  ctx: Context,
  options: PullOptions & { readonly spacingMs?: number },
  follow: ChildSync = newChildSync(options.resources, newSyncChildren(ctx, options)),
): Puller {
  /** The ids of what changed and the pass's progress; undefined where changes cannot be pulled. */
  const pullOne = async (resource: Resource, changes: Changes) => {
    const position = await positionOf(ctx, options, resource);
    if (position === undefined) return undefined;
    const changed = new Set<string>();
    const seen = new Set<string>();
    const progress = newProgress(resource.name, `POST ${changes.path}`, 'changes');
    const since = resource.pull.by === 'window' ? options.since : undefined;
    await runPass(
      {
        ...{ ctx, kind: 'changes', resource, progress, signal: ctx.signal },
        scope: { name: CHANGES, windowDays: options.windowDays },
        position: { pass: new Date(ctx.pylon.time().earliest).toISOString(), done: false },
        parentsDone: () => true,
        onChanged: (rows) => {
          for (const { id } of rows) changed.add(id);
        },
        onSeen: (ids) => {
          for (const id of ids) seen.add(id);
        },
      },
      {
        enumerate: (pass) =>
          resource.pull.by === 'types'
            ? enumerateTypeChanges(pass, resource.pull, changes, options.overlapSeconds)
            : enumerateChanges(pass, changes, { overlapSeconds: options.overlapSeconds, since, position }),
      },
    );
    if (resource.pull.by === 'types' && changed.size > 0 && (await hasNewFields(ctx.db.orm, [...changed])))
      await followCustomFields(ctx);
    return { progress, changed: [...changed], seen: [...seen] };
  };

  return {
    follow,
    async pull(only = options.resources, onEnded = () => {}) {
      const pulled = await Promise.allSettled(
        only.map(async (resource, place) => {
          const { changes } = resource;
          if (changes === undefined) return [];
          try {
            if (options.spacingMs !== undefined) await sleep(place * options.spacingMs, ctx.signal);
            const pull = await ctx.pulls.run(resource.name, () => pullOne(resource, changes));
            if (pull === undefined) return [];
            return [pull.progress, ...(await follow.changed(resource, pull.changed, pull.seen))];
          } finally {
            onEnded(resource.name);
          }
        }),
      );
      const failed = pulled.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return pulled.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    },
  };
}

/**
 * How far the changes of a resource have been pulled, at first its first reading's beginning; that of a resource with
 * types says nothing, since each type has its own. Undefined if they cannot be pulled: its first reading has not begun, or
 * Pylon refuses the resource.
 */
async function positionOf(
  ctx: Context,
  { overlapSeconds }: PullOptions,
  { name, pull }: Resource,
): Promise<ChangesPosition | undefined> {
  const scopes = await readScopes(ctx.db.orm, name, ['backfill', CHANGES]);
  const first = scopes.get('backfill') as PassPosition | undefined;
  if (first === undefined || first.pass === NOT_BEGUN || first.ended === 'unavailable') return undefined;
  if (pull.by === 'types') return { watermark: null };
  const saved = scopes.get(CHANGES) as ChangesPosition | undefined;
  if (saved !== undefined) return saved;
  const began = Date.parse(first.pass) - overlapSeconds * 1_000;
  const position: ChangesPosition = { watermark: formatInstant(began) };
  await writing(ctx.db, ctx.lease, (tx) => saveCursor(tx, name, CHANGES, position));
  return position;
}
