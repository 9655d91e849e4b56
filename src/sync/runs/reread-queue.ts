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

/** Records taken up at a time. */
const BATCH = 500;
/** Of those that a merge has moved: what else comes meanwhile is not to wait for long. */
const MOVED = 60;
/** Milliseconds before a row that someone held is asked for again, doubled each time. */
const FIRST_MS = 500;
const MOST_MS = 60_000;

export interface Rereads {
  /** Names of the resources of which records wait, postponed ones included. */
  waiting(): Promise<readonly string[]>;
  /**
   * Reads again, of one resource, what waits for it and is not postponed at the moment. The number of records asked for.
   * Not to be called twice at once for one resource.
   */
  drain(name: string): Promise<number>;
}

/** What waits to be read again, one by one: whatever left it there, a lock, a hint, a merge, an answer in doubt. */
export function newRereads(ctx: Context, resources: readonly Resource[], follow: ChildSync): Rereads {
  /** By resource, what could not be read and when it is to be tried again. */
  const later = new Map<string, Map<string, { readonly at: number; readonly waitMs: number }>>();

  /** What is to be read now. */
  const takeUp = async (resource: Resource, except: readonly string[]): Promise<readonly Reread[]> => {
    const read = () => readRereads(ctx.db.orm, resource.name, { limit: BATCH, except });
    const due = await read();
    const isMoved = ({ reason }: Reread) => reason === 'moved';
    if (due.length === 0 || !due.every(isMoved)) return due.filter((one) => !isMoved(one));
    // Whatever has read them since has moved them too.
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
    const now = performance.now();
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
    // What is no longer waiting, whoever read it, is forgotten.
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
      // Left out of the mirror since.
      await dropRereadsOf(ctx.db, ctx.lease, name);
      return 0;
    },
  };
}
