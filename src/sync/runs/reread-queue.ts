import {
  dropMoved,
  dropRereadsOf,
  type Reread,
  readRereads,
  waitingResources,
} from '../../db/mirror/rereads.ts';
import type { Resource } from '../../resources/define.ts';
import { rereadEach } from '../enumerate/reread.ts';
import type { Context } from '../pass/context.ts';
import { newProgress } from '../pass/progress.ts';
import { runPass } from './run-pass.ts';
import type { ChildSync } from './sync-children.ts';

/** Records taken from the queue at a time. */
const BATCH = 500;
/** The same for records that a merge has moved: whatever else is queued meanwhile must not wait long. */
const MOVED = 60;
/** Milliseconds before a record whose row was locked is fetched again; doubled each time. */
const FIRST_MS = 500;
const MOST_MS = 60_000;

export interface Rereads {
  /** Names of the resources with queued records, postponed ones included. */
  waiting(): Promise<readonly string[]>;
  /**
   * Fetches the queued records of one resource that are not postponed. Returns how many were fetched. Must not run
   * twice at once for one resource.
   */
  drain(name: string): Promise<number>;
}

/**
 * The queue `pylon_sync.rereads`: records to be fetched one by one because of a lock, a webhook's hint, a merge or an
 * answer in doubt.
 *
 * @param clock Milliseconds of a clock that only goes forward, by which records are postponed.
 */
export function newRereads(
  ctx: Context,
  resources: readonly Resource[],
  follow: ChildSync,
  clock: () => number = () => performance.now(),
): Rereads {
  /** By resource, the records that could not be read and when to retry them. */
  const later = new Map<string, Map<string, { readonly at: number; readonly waitMs: number }>>();

  /** The records to fetch now. */
  const takeUp = async (resource: Resource, except: readonly string[]): Promise<readonly Reread[]> => {
    const read = () => readRereads(ctx.db.orm, resource.name, { limit: BATCH, except });
    const due = await read();
    const isMoved = ({ reason }: Reread) => reason === 'moved';
    if (due.length === 0 || !due.every(isMoved)) return due.filter((one) => !isMoved(one));
    // Whatever has read them since has also moved them.
    await dropMoved(
      ctx.db,
      ctx.lease,
      resource,
      due.map(({ id }) => id),
    );
    return (await read()).slice(0, MOVED);
  };

  const drainOne = async (resource: Resource, get: string): Promise<number> => {
    const postponed = later.get(resource.name) ?? new Map();
    later.set(resource.name, postponed);
    const now = clock();
    const except = [...postponed].filter(([, { at }]) => at > now).map(([id]) => id);
    const due = await takeUp(resource, except);
    if (due.length === 0) return 0;
    const changed = new Set<string>();
    const progress = newProgress(resource.name, `GET ${get}`, 'reread');
    let left = new Set<string>();
    await runPass(
      {
        ...{ ctx, kind: 'reread', resource, progress, signal: ctx.signal },
        scope: { name: 'reread', windowDays: 0 },
        position: { pass: new Date(ctx.pylon.time().earliest).toISOString(), done: false },
        parentsDone: () => true,
        onChanged: (rows) => {
          for (const { id } of rows) changed.add(id);
        },
      },
      {
        enumerate: async (pass) => {
          left = new Set((await rereadEach(pass, get, due)).keys());
          return undefined;
        },
      },
    );
    const ids = due.map(({ id }) => id);
    const again = progress.state === 'done' ? left : new Set(ids);
    const before = new Map(postponed);
    // Records that are no longer queued, whoever read them, are dropped.
    for (const [id, { at }] of before) if (at <= now) postponed.delete(id);
    for (const id of again) {
      const waitMs = Math.min(MOST_MS, 2 * (before.get(id)?.waitMs ?? FIRST_MS / 2));
      postponed.set(id, { at: now + waitMs, waitMs });
    }
    await follow.changed(resource, [...changed]);
    return due.length;
  };

  return {
    waiting: () => waitingResources(ctx.db.orm),
    async drain(name) {
      const resource = resources.find((known) => known.name === name);
      if (resource?.get !== undefined) return drainOne(resource, resource.get);
      // The resource is no longer mirrored.
      await dropRereadsOf(ctx.db, ctx.lease, name);
      return 0;
    },
  };
}
