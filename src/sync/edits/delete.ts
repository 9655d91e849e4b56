import type { Edit } from '../../db/edits/queue.ts';
import { type Deletion, readDeletion } from '../../db/mirror/deleting.ts';
import type { EditOutcome } from '../../db/settle/end.ts';
import { comparedColumns, type DeletionPlan, planDeletion } from '../../edits/deletion.ts';
import type { Values } from '../../edits/merge.ts';
import { requestIdOf } from '../../pylon/answer.ts';
import { isGone, PylonError } from '../../pylon/errors.ts';
import { clearInFlight, inFlightMs, stillOnItsWay } from './in-flight.ts';
import { refusalOf, undeletedOutcome } from './outcomes.ts';
import { putBack } from './postpone.ts';
import { type Gone, isRefused, isRemote, lookUp, type Remote } from './remote.ts';
import { settle } from './settle.ts';
import type { EditTarget, PushContext } from './target.ts';

/**
 * Deletes a record in Pylon and settles the DELETE. If somebody has changed the record in Pylon since its values were
 * last known here, the conflict policy decides: to delete, to keep Pylon's record or to ask a person. Earlier edits
 * of the record end with the deletion; if the record is not deleted, they are put back. If an earlier attempt may
 * have deleted the record, a missing record counts as deleted.
 *
 * @throws NotYetError; AnsweredError; errors of requests, except refusals for this record.
 */
export async function carryDelete(
  push: PushContext,
  target: EditTarget,
  edits: readonly Edit[],
  deletion: Edit,
): Promise<void> {
  const { ctx } = push;
  const { resource, record } = target;
  const named = { resource: resource.name, record };
  // Read before the lookup: its result is final only if no earlier request was still in flight.
  const leftMs = inFlightMs(push, named);
  const found = resource.get === undefined ? undefined : await lookUp(push, target);
  const isThere = found === undefined || isRemote(found);
  if (!isThere && !isRefused(found) && deletion.attempts > 1) return deleted(push, target, deletion, found);
  if (leftMs > 0) throw stillOnItsWay(push, named, leftMs);
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

/**
 * Compares the DELETE with Pylon's values. Without them (Pylon has no request for one record), the last listing
 * counts.
 */
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
    ? {
        id,
        event: 'hold',
        conflicting: contested,
        remote,
        error: `deleted here, and changed in Pylon: ${names}`,
      }
    : { id, event: 'discard', remote, error: `changed in Pylon, where it stays: ${names}` };
}

/** Sends the DELETE. Returns the proof that the record is gone, or Pylon's refusal. */
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

/** Settles the DELETE of a record that Pylon does not have any more. */
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
  // Answers from before this moment are older than the deletion.
  const answered = push.ctx.lease.nextOrder();
  const proof = { asked: answered, answered, scan: null, evidence };
  const editOutcome: EditOutcome = { id, event: 'settle', status, requestId };
  await settle(push.ctx, { is: 'deleted', resource, record, editOutcome, proof });
}

/** Restores the row and puts the record's other edits back. */
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
