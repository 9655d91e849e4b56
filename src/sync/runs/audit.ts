import { readTogether } from '../../db/connection/connect.ts';
import { writing } from '../../db/lease/transaction.ts';
import { type Batch, storer } from '../../db/mirror/store.ts';
import { noteSamples, randomRows } from '../../db/progress/audits.ts';
import type { Resource } from '../../resources/define.ts';
import { factsOf } from '../deletions/look-up.ts';
import { askOrProve } from '../deletions/single.ts';
import type { PacedWork } from '../lib/paced.ts';
import type { Context } from '../pass/context.ts';
import { newPass, type Pass } from '../pass/pass.ts';
import { newProgress } from '../pass/progress.ts';
import { coveredUntil } from './covered.ts';
import { aboutLive, paceOf } from './pace.ts';
import type { ChildSync } from './sync-children.ts';

/** Objects of one piece of work, which are stored together. */
const PIECE = 10;

export interface ShareOptions {
  /** Share of each endpoint's budget that the audit may spend, 0 to 1. */
  readonly share: number;
  readonly overlapSeconds: number;
}

/**
 * Fetches random objects of a resource, a few at a time, and compares each with its row. This measures how far the
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
  const live = aboutLive(ctx, resource.table);
  /** In a small table no more than a tenth at once: a piece is to be a sample, not a reading. */
  const piece = async () => Math.min(PIECE, Math.max(1, Math.floor((await live()) / PIECE)));
  return {
    name: `audit of ${resource.name}`,
    everyMs: async () => (await piece()) * paceOf(ctx, `GET ${get}`, share, await live()),
    async work() {
      const count = await piece();
      const { ids, covered } = await readTogether(db.pool, async (orm) => ({
        ids: await randomRows(orm, resource.table, count),
        covered: await coveredUntil(orm, resource, overlapSeconds),
      }));
      if (ids.length === 0) return false;
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
      await readThem(pass, get, ids);
      await follow.changed(resource, changed);
      return true;
    },
  };
}

/** Asks for each; stores what came and counts all of them, also where a later one could not be asked for. */
async function readThem(pass: Pass, get: string, ids: readonly string[]): Promise<void> {
  const { ctx, resource, progress } = pass;
  const answers: Batch[] = [];
  let sampled = 0;
  let failure: { readonly error: unknown } | undefined;
  for (const id of ids) {
    try {
      const said = await askOrProve(pass, get, id, await factsOf(pass, id));
      sampled += 1;
      if (said.is === 'there') answers.push(pass.batch([said.object], said.facts, said.answer.order));
    } catch (error) {
      failure = { error };
      break;
    }
  }
  const { deleted } = progress;
  if (answers.length > 0)
    await pass.keepAll(answers, (tx, changed) =>
      noteSamples(tx, resource.name, {
        sampled,
        differed: changed.length + deleted,
        drifted: changed.filter(pass.hasDrifted).length,
      }),
    );
  else if (sampled > 0)
    await writing(ctx.db, ctx.lease, (tx) =>
      noteSamples(tx, resource.name, { sampled, differed: deleted, drifted: 0 }),
    );
  if (failure !== undefined) throw failure.error;
}
