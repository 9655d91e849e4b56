import { dropRereadsOf, readRereads, waitingResources } from '../db/rereads.ts';
import type { Resource } from '../resources/define.ts';
import type { Context } from './context.ts';
import type { Follow } from './follow.ts';
import { newProgress } from './progress.ts';
import { rereadEach } from './reread.ts';
import { runPass } from './run-pass.ts';

/** Records taken up at a time. */
const BATCH = 500;
/** Milliseconds before a row that someone held is asked for again, doubled each time. */
const FIRST_MS = 500;
const MOST_MS = 60_000;

export interface Rereads {
  /** Reads again what waits for it and is not held at the moment. The number of records asked for. */
  drain(): Promise<number>;
}

/** What waits to be read again, one by one: whatever left it there, a lock, a hint, a merge, an answer in doubt. */
export function newRereads(ctx: Context, resources: readonly Resource[], follow: Follow): Rereads {
  const later = new Map<string, { readonly at: number; readonly waitMs: number }>();

  const drainOne = async (resource: Resource, get: string): Promise<number> => {
    const key = (id: string) => `${resource.name} ${id}`;
    const waiting = await readRereads(ctx.db.orm, resource.name, undefined, BATCH);
    const now = performance.now();
    const due = waiting.filter(({ id }) => (later.get(key(id))?.at ?? 0) <= now);
    if (due.length === 0) return 0;
    const changed = new Set<string>();
    const progress = newProgress(resource.name, `GET ${get}`, 'reread');
    let held: readonly string[] = [];
    await runPass(
      {
        ...{ ctx, kind: 'reread', resource, progress, signal: ctx.signal },
        scope: { name: 'reread', windowDays: 0 },
        position: { pass: new Date(ctx.pylon.now()).toISOString(), done: false },
        parentsDone: () => true,
        onChanged: (rows) => {
          for (const { id } of rows) changed.add(id);
        },
      },
      {
        enumerate: async (pass) => {
          held = await rereadEach(pass, get, due);
          return undefined;
        },
      },
    );
    const again = progress.state === 'done' ? held : due.map(({ id }) => id);
    for (const { id } of due) if (!again.includes(id)) later.delete(key(id));
    for (const id of again) {
      const waitMs = Math.min(MOST_MS, 2 * (later.get(key(id))?.waitMs ?? FIRST_MS / 2));
      later.set(key(id), { at: now + waitMs, waitMs });
    }
    await follow.changed(resource, [...changed]);
    return due.length;
  };

  return {
    async drain() {
      const names = await waitingResources(ctx.db.orm);
      const counts = await Promise.all(
        names.map(async (name) => {
          const resource = resources.find((known) => known.name === name);
          if (resource?.get !== undefined) return drainOne(resource, resource.get);
          // Left out of the mirror since.
          await dropRereadsOf(ctx.db, ctx.lease, name);
          return 0;
        }),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}
