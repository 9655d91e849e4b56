import type { Edit } from '../../db/edits/queue.ts';
import { type Deletion, readDeletion } from '../../db/mirror/deleting.ts';
import type { EditOutcome } from '../../db/settle/end.ts';
import { comparedColumns, type DeletionPlan, planDeletion } from '../../edits/deletion.ts';
import type { Values } from '../../edits/merge.ts';
import { requestIdOf } from '../../pylon/answer.ts';
import { isGone, PylonError } from '../../pylon/errors.ts';
import { clearInFlight, inFlightMs, NotYetError } from './in-flight.ts';
import { refusalOf, undeletedOutcome } from './outcomes.ts';
import { putBack } from './postpone.ts';
import { type Gone, isRefused, isRemote, lookUp, type Remote } from './remote.ts';
import { settle } from './settle.ts';
import type { EditTarget, PushContext } from './target.ts';

/**
 * Deletes a record in Pylon, unless somebody changed it there since its row was known here: then a person decides, or the
 * policy. Its edits from before are void with the deletion, and go on where it comes to nothing. After an attempt of
 * which nobody knows what it did, the record is looked for first.
 */
export async function carryDelete(
  push: PushContext,
  target: EditTarget,
  edits: readonly Edit[],
  deletion: Edit,
): Promise<void> {
  const { ctx } = push;
  const { resource, record } = target;
  // Before the look: what it shows is the end of an earlier request only if none was on its way any more.
  const leftMs = inFlightMs(push, { resource: resource.name, record });
  const found = resource.get === undefined ? undefined : await lookUp(push, target);
  const isThere = found === undefined || isRemote(found);
  if (!isThere && !isRefused(found) && deletion.attempts > 1) return deleted(push, target, deletion, found);
  if (leftMs > 0) throw new NotYetError(leftMs);
  if (isRefused(found)) return undeleted(push, target, edits, refusalOf(deletion, found), undefined);
  const known = isThere ? await readDeletion(ctx.db.orm, resource, deletion.id) : undefined;
  if (isThere && known !== undefined) {
    const earlier = edits.filter(({ operation }) => operation === 'update');
    const plan = compared(push, target, known, earlier, found?.row);
    if (plan.verdict !== 'send') {
      const names = Object.keys(comparedColumns(resource));
      const was = Object.fromEntries(names.map((name) => [name, known.known[name] ?? null]));
      return undeleted(push, target, edits, contestedOutcome(deletion, plan), found, was);
    }
  }
  const said = await ask(push, target);
  if (!(said instanceof PylonError)) return deleted(push, target, deletion, said);
  return undeleted(
    push,
    target,
    edits,
    refusalOf(deletion, said),
    found !== undefined && isThere ? found : undefined,
  );
}

/** How it compares with what Pylon holds; where that has no request for one record, with what a listing last showed. */
export function compared(
  { policy }: Pick<PushContext, 'policy'>,
  { resource }: EditTarget,
  deletion: Deletion,
  earlier: readonly Edit[],
  remote: Values | undefined,
): DeletionPlan {
  const policyOf = (field: string) => policy(resource.name, field);
  if (remote !== undefined) return planDeletion(resource, { ...deletion, remote, earlier }, policyOf);
  const { contested } = deletion.listed;
  const policies = contested.map(policyOf);
  const verdict = policies.includes('hold') ? 'hold' : policies.includes('pylon') ? 'pylon' : 'send';
  return { verdict, contested, remote: deletion.listed.remote };
}

function contestedOutcome({ id }: Edit, { verdict, contested, remote }: DeletionPlan): EditOutcome {
  const names = contested.join(', ');
  return verdict === 'hold'
    ? { id, event: 'hold', held: contested, remote, error: `deleted here, and changed in Pylon: ${names}` }
    : { id, event: 'discard', remote, error: `changed in Pylon, where it stays: ${names}` };
}

/** How the request went: the record is gone, or why Pylon keeps it. */
async function ask(
  { ctx, pylon }: PushContext,
  { resource, record, facts }: EditTarget,
): Promise<Gone | PylonError> {
  const route = resource.writes?.remove ?? '';
  const endpoint = `DELETE ${route}`;
  try {
    const answer = await pylon.request({
      ...{ method: 'DELETE', route, params: { ...facts, id: record }, signal: ctx.signal },
    });
    return { endpoint, status: answer.status, requestId: requestIdOf(answer) };
  } catch (error) {
    if (!(error instanceof PylonError) || error.status === 401) throw error;
    return isGone(error) ? { endpoint, status: error.status, requestId: error.requestId } : error;
  }
}

/** Pylon has deleted the record, or did not have it any more. */
async function deleted(
  push: PushContext,
  target: EditTarget,
  { id, actor }: Edit,
  { endpoint, status, requestId }: Gone,
): Promise<void> {
  const { resource, record } = target;
  clearInFlight(push, target);
  const evidence = {
    ...{ edit: id, deleted_by: actor, confirmed_by: endpoint, status },
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
  // Whatever was answered before this moment is older than the end of the record.
  const answered = push.ctx.lease.nextOrder();
  const proof = { asked: answered, answered, scan: null, evidence };
  const editOutcome: EditOutcome = { id, event: 'settle', status, requestId };
  await settle(push.ctx, { is: 'deleted', resource, record, editOutcome, proof });
}

/** The row is back, and the other edits go on. */
async function undeleted(
  push: PushContext,
  target: EditTarget,
  edits: readonly Edit[],
  editOutcome: EditOutcome,
  remote: Remote | undefined,
  known?: Values,
): Promise<void> {
  await settle(push.ctx, undeletedOutcome(target, editOutcome, remote, known));
  const others = edits.filter(({ id }) => id !== editOutcome.id);
  await putBack(push, others, 'the record was to be deleted');
}
