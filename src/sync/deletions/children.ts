import type { Executor } from '../../db/connection/connect.ts';
import { type Listed, missingUnder } from '../../db/mirror/rows.ts';
import { markDeleted } from '../../db/mirror/tombstones.ts';
import type { ByParent } from '../pass/child-pages.ts';
import type { Pass } from '../pass/pass.ts';
import { confirmation, type Verdict } from './confirm.ts';
import { checkDeletionGuard, passesDeletionGuard } from './count-deletions.ts';
import { withLockErrorsAsTransient } from './lock-errors.ts';

/** Marks deleted children, in the transaction that marks the parent as read. Returns how many. */
export type Remove = (tx: Executor) => Promise<number>;

/**
 * Proves which children of a parent are gone: those missing from its complete listing. `finish` must call the
 * `Remove` it receives in the transaction of the last rows; it receives undefined if there is nothing to mark.
 */
export async function proveMissing(
  pass: Pass,
  pull: ByParent,
  listed: Listed,
  finish: (remove?: Remove) => Promise<void>,
): Promise<void> {
  const { ctx, resource } = pass;
  const missing = await missingUnder(ctx.db.orm, resource.table, pull.foreignKey, listed);
  if (missing.length === 0 || !(await passesDeletionGuard(pass, missing))) return finish();
  const refuted = await ctx.pendingDeletions.during(resource.name, missing, async () => {
    const confirm = await confirmation(pass, { absent_from: `GET ${pull.path}` }, null);
    const verdicts: (readonly [id: string, verdict: Verdict])[] = [];
    for (const id of missing) verdicts.push([id, await confirm(id)]);
    await finish((tx) => markEach(pass, tx, verdicts));
    return verdicts.flatMap(([, verdict]) => (verdict.is === 'there' ? [verdict] : []));
  });
  for (const { store } of refuted) await store();
}

async function markEach(
  pass: Pass,
  tx: Executor,
  verdicts: readonly (readonly [id: string, verdict: Verdict])[],
): Promise<number> {
  const { resource } = pass;
  const gone = verdicts.flatMap(([id, verdict]) => (verdict.is === 'gone' ? [{ id, ...verdict }] : []));
  const ids = gone.map(({ id }) => id);
  if (ids.length === 0 || !(await checkDeletionGuard(pass, tx, ids))) return 0;
  const marked: string[] = [];
  for (const { id, proof } of gone)
    marked.push(...(await withLockErrorsAsTransient(resource, () => markDeleted(tx, resource, [id], proof))));
  return marked.length;
}
