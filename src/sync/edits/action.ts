import { type Edit, noteSent } from '../../db/edits/queue.ts';
import type { EditOutcome } from '../../db/settle/end.ts';
import type { Settlement } from '../../db/settle/updated.ts';
import { type Action, type ActionRequest, actionNamed, saidIn } from '../../edits/actions.ts';
import type { Values } from '../../edits/merge.ts';
import { UnknownOutcomeError } from '../../errors.ts';
import { OtherRecordError, requestIdOf, unwrapRecord } from '../../pylon/answer.ts';
import { isGone, PylonError } from '../../pylon/errors.ts';
import type { Answer } from '../../pylon/types.ts';
import { fieldsOf, isObject } from '../../resources/fields.ts';
import { assertNoInFlightRequest } from './in-flight.ts';
import { exists, idsIn, look } from './lost/trace.ts';
import { refusedOutcome, updatedOutcome } from './outcomes.ts';
import type { Refusal } from './remote.ts';
import { preparedAction, sendAction } from './request.ts';
import { settle } from './settle.ts';
import { type EditTarget, NoRequestError, type PushContext } from './target.ts';

/**
 * Of the records that a merge was to remove, returns those that Pylon does not have any more, with the proof of their
 * deletion. The others are to be fetched again.
 */
async function mergedOf(
  push: PushContext,
  { resource, record }: EditTarget,
  { id, actor }: Edit,
  losers: readonly string[],
): Promise<Pick<Settlement, 'alsoReread' | 'gone' | 'proof'>> {
  const gone: string[] = [];
  for (const loser of losers) {
    // If the request fails, the record counts as present: the next fetch finds out.
    const isThere = await exists(push, resource, loser).catch((error: unknown) => {
      if (push.ctx.signal.aborted) throw error;
      return true;
    });
    if (!isThere) gone.push(loser);
  }
  if (gone.length === 0) return { alsoReread: losers };
  const evidence = { edit: id, deleted_by: actor, merged_into: record, confirmed_by: `GET ${resource.get}` };
  const answered = push.ctx.lease.nextOrder();
  return {
    alsoReread: losers.filter((loser) => !gone.includes(loser)),
    gone,
    proof: { asked: answered, answered, scan: null, evidence },
  };
}

/** What an answer says besides its request's id. */
function contentOf({ body }: Answer): Values {
  const { request_id: _, ...content } = fieldsOf(body);
  return isObject(content.data) ? content.data : content;
}

/**
 * The arguments of an action without the records that an earlier attempt has merged: Pylon cannot merge them again.
 */
async function leftOf(
  push: PushContext,
  { resource }: EditTarget,
  { merges }: Action,
  { changes, sent }: Edit,
): Promise<Values> {
  if (merges === undefined || sent === null) return changes;
  const left: string[] = [];
  for (const id of idsIn(changes[merges])) if (await exists(push, resource, id)) left.push(id);
  return { ...changes, [merges]: left };
}

/**
 * Sends an action and settles its edit. An action that must not be executed twice is saved as sent beforehand. If its
 * answer was lost, `look` searches Pylon for its effect before another attempt; if that shows nothing certain, the
 * edit fails and a person decides.
 *
 * @throws NotYetError; AnsweredError; errors of requests, except a refusal of the action.
 */
export async function carryAction(push: PushContext, target: EditTarget, edit: Edit): Promise<void> {
  const { ctx } = push;
  const action = actionNamed(edit.changes.action);
  const isRepeatable =
    action.repeatable || (action.repeatableWith !== undefined && edit.changes[action.repeatableWith] != null);
  const losers = action.merges === undefined ? [] : idsIn(edit.changes[action.merges]);
  const end = async (editOutcome: Omit<EditOutcome, 'id'>, answer?: Answer) => {
    const remote =
      answer?.body !== undefined && action.answersRecord
        ? { answer, object: unwrapRecord(answer, target.record, `${action.method} ${action.route}`) }
        : undefined;
    const others =
      editOutcome.event === 'settle' ? await mergedOf(push, target, edit, losers) : { alsoReread: losers };
    const editOutcomes = [{ ...editOutcome, id: edit.id }];
    return settle(ctx, updatedOutcome(target, [edit], editOutcomes, remote, others));
  };
  const refuse = (refusal: Refusal, sent?: Values) =>
    settle(ctx, refusedOutcome(target, [edit], refusal, undefined, sent));
  if (!isRepeatable && edit.sent !== null) {
    const seen = await look(push, target, edit, action).catch((error: unknown) => {
      if (error instanceof OtherRecordError) return error;
      throw error;
    });
    if (seen instanceof OtherRecordError) return refuse(seen);
    if (seen === 'done') return end({ event: 'settle', error: 'the answer was lost, what it did was seen' });
    assertNoInFlightRequest(push, target);
    if (seen === 'unknown')
      return end({
        event: 'refuse',
        error: 'the answer was lost: it may have been done. Look in Pylon before you retry it',
      });
  }
  assertNoInFlightRequest(push, target);
  const left = await leftOf(push, target, action, edit);
  let request: ActionRequest;
  try {
    request = preparedAction(action, target.record, left);
  } catch (error) {
    if (!(error instanceof NoRequestError)) throw error;
    return end({ event: 'refuse', error: error.message });
  }
  const body = saidIn(request);
  if (!isRepeatable) await noteSent(ctx.db, ctx.lease, edit.id, body ?? {});
  let answer: Answer;
  try {
    answer = await sendAction(push, action, edit, request);
  } catch (error) {
    if (error instanceof NoRequestError) return end({ event: 'refuse', error: error.message });
    if (error instanceof PylonError && error.status !== 401) {
      // An earlier attempt of this DELETE may have removed it.
      if (action.method === 'DELETE' && isGone(error) && edit.attempts > 1)
        return end({ event: 'settle', sent: body });
      return refuse(error, body);
    }
    const wasSent = error instanceof UnknownOutcomeError || ctx.signal.aborted;
    if (!isRepeatable && !wasSent) await noteSent(ctx.db, ctx.lease, edit.id, null);
    throw error;
  }
  try {
    const told = action.keepsAnswer === true ? { remote: contentOf(answer) } : {};
    await end(
      { event: 'settle', sent: body ?? {}, status: answer.status, requestId: requestIdOf(answer), ...told },
      answer,
    );
  } catch (error) {
    if (!(error instanceof OtherRecordError)) throw error;
    await refuse(error, body);
  }
}
