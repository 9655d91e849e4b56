import { findOldestRead } from '../../db/progress/reads.ts';
import type { Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import { enumerateParents } from '../enumerate/children.ts';
import type { PacedWork } from '../lib/paced.ts';
import type { ByParent } from '../pass/child-pages.ts';
import type { Context } from '../pass/context.ts';
import { newProgress } from '../pass/progress.ts';
import type { ShareOptions } from './audit.ts';
import { aboutLive, paceOf } from './pace.ts';
import { runPass } from './run-pass.ts';

/** Parents a run. */
const BATCH = 10;

/**
 * Lists the children of seemingly unchanged parents again, those read longest ago first: when a message is edited,
 * redacted or deleted, nothing about its parent changes.
 */
export function resweepOf(
  ctx: Context,
  resource: Resource,
  pull: ByParent,
  { share }: Pick<ShareOptions, 'share'>,
): PacedWork {
  const { db, signal } = ctx;
  const parent = resourceNamed(pull.parent);
  const endpoint = `GET ${pull.path}`;
  const live = aboutLive(ctx, parent.table);
  return {
    name: `resweep of ${resource.name}`,
    everyMs: async () => BATCH * paceOf(ctx, endpoint, share, await live()),
    async work() {
      const parents = { table: parent.table, mark: pull.mark ?? [], pass: '' };
      const oldest = await findOldestRead(db.orm, resource.name, parents, BATCH);
      if (oldest.length === 0) return false;
      await runPass(
        {
          ...{
            ctx,
            kind: 'resweep',
            resource,
            progress: newProgress(resource.name, endpoint, 'resweep'),
            signal,
          },
          scope: { name: 'resweep', windowDays: 0 },
          position: { pass: '', done: false },
          parentsDone: () => true,
        },
        { enumerate: (pass) => enumerateParents(pass, pull, oldest) },
      );
      return true;
    },
  };
}
