import { dropUnsettled, readUnsettled } from '../../db/alerts/alerts.ts';
import { writing } from '../../db/lease/transaction.ts';
import { readLate, type Status } from '../../db/status/status.ts';
import type { Resource } from '../../resources/define.ts';
import type { Alerter } from '../alerts/alerter.ts';
import type { Context } from '../pass/context.ts';
import { type LateResource, newLateNote } from './lateness.ts';

const lateIn = ({ resources }: Status): readonly LateResource[] =>
  resources.flatMap(({ resource, late }) => late.map((one) => ({ ...one, resource })));

/**
 * Returns a function that looks at what is wrong: logs what falls behind its schedule, and has the alerter tell
 * somebody. Without one, forgets at its first call what an earlier process was still to tell.
 */
export function newWatch(
  ctx: Context,
  resources: readonly Resource[],
  alerter: Alerter | undefined,
): () => Promise<void> {
  const { db, lease } = ctx;
  const noteLate = newLateNote(ctx);
  if (alerter !== undefined)
    return async () => noteLate(lateIn(await alerter.look(db, (work) => work(lease))));
  let isClean = false;
  return async () => {
    if (!isClean && (await readUnsettled(db.orm)).length > 0) await writing(db, lease, dropUnsettled);
    isClean = true;
    noteLate(await readLate(db, resources));
  };
}
