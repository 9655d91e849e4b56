import { countLive } from '../../db/mirror/rows.ts';
import { storer } from '../../db/mirror/store.ts';
import { noteSample, randomRow } from '../../db/progress/audits.ts';
import type { Resource } from '../../resources/define.ts';
import { factsOf } from '../deletions/look-up.ts';
import { askOrProve } from '../deletions/single.ts';
import type { PacedWork } from '../lib/paced.ts';
import type { Context } from '../pass/context.ts';
import { newPass } from '../pass/pass.ts';
import { newProgress } from '../pass/progress.ts';
import { coveredUntil } from './covered.ts';
import type { ChildSync } from './sync-children.ts';

/** Each row is sampled at most once in so many intervals of the limits: a day. */
const DAY_INTERVALS = 1_440;

export interface ShareOptions {
  /** Share of each endpoint's budget that the audit may spend, 0 to 1. */
  readonly share: number;
  readonly overlapSeconds: number;
}

/**
 * Milliseconds between requests, so that they stay within the share of the endpoint's budget and read each row once a
 * day at most.
 */
export function paceOf(ctx: Context, endpoint: string, share: number, live: number): number {
  const byBudget = 60_000 / (share * ctx.pylon.perMinute(endpoint));
  const byRows = (DAY_INTERVALS * ctx.pylon.intervalMs) / Math.max(1, live);
  return Math.max(byBudget, byRows);
}

/**
 * Fetches random objects of a resource, one at a time, and compares each with its row. This measures how far the
 * mirror is from Pylon; rows that differ are updated.
 */
export function auditOf(
  ctx: Context,
  resource: Resource,
  get: string,
  follow: ChildSync,
  { share, overlapSeconds }: ShareOptions,
): PacedWork {
  const { db, lease, signal } = ctx;
  return {
    name: `audit of ${resource.name}`,
    everyMs: async () => paceOf(ctx, `GET ${get}`, share, await countLive(db.orm, resource.table)),
    async work() {
      const id = await randomRow(db.orm, resource.table);
      if (id === undefined) return false;
      const covered = await coveredUntil(db, resource, overlapSeconds);
      const progress = newProgress(resource.name, `GET ${get}`, 'resweep');
      const changed: string[] = [];
      const pass = newPass({
        ...{ ctx, kind: 'resweep', resource, progress, signal },
        scope: { name: 'audit', windowDays: 0 },
        position: { pass: '', done: false },
        parentsDone: () => true,
        store: storer(db, lease, resource, ctx.pendingDeletions, ctx.contents),
        leave: (undone) => {
          throw undone;
        },
        coveredUntil: covered,
        onChanged: (rows) => changed.push(...rows.map((row) => row.id)),
      });
      const said = await askOrProve(pass, get, id, await factsOf(pass, id));
      if (said.is === 'there') await pass.keep(pass.batch([said.object], said.facts, said.answer.order));
      const differed = changed.length > 0 || progress.deleted > 0;
      await noteSample(db, lease, resource.name, { differed, drifted: progress.drifted > 0 });
      await follow.changed(resource, changed);
      return true;
    },
  };
}
