import type { Edit } from '../../db/edits/queue.ts';
import { type FirstSent, noteSending, noteUnsent, readFirstSent } from '../../db/edits/sending.ts';
import type { EditOutcome } from '../../db/settle/end.ts';
import type { Action } from '../../edits/actions.ts';
import { type ActionRequest, actionNamed, saidIn } from '../../edits/actions.ts';
import { alike } from '../../edits/merge.ts';
import { PermanentError, TransientError } from '../../errors.ts';
import type { Order } from '../../order.ts';
import { requestIdOf, unwrapObject } from '../../pylon/answer.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Answer } from '../../pylon/types.ts';
import { fieldsOf } from '../../resources/fields.ts';
import { assertNoInFlightRequest, clearInFlight } from './in-flight.ts';
import { findMade } from './lost/find-made.ts';
import { putBack } from './postpone.ts';
import { remoteOf } from './remote.ts';
import { preparedAction, sendAction } from './request.ts';
import { settle } from './settle.ts';
import { type EditTarget, NoRequestError, type PushContext } from './target.ts';

/** An edit that makes a record with an action, and the later edits of that record. */
interface Making {
  readonly action: Action;
  readonly edit: Edit;
  readonly later: readonly Edit[];
}

type Said = Pick<EditOutcome, 'error' | 'status' | 'requestId'>;

/**
 * Makes a record with an action, and settles its edit: the answer is stored, and the record queued to be fetched with its
 * children, which no search by time would find. If the answer to an earlier attempt was lost, `findMade` searches Pylon
 * first: the request is sent again only if nothing is found, and the edit fails if only a person can tell.
 *
 * @throws NotYetError; AnsweredError; errors of requests, except a refusal of the action.
 */
export async function carryMaking(
  push: PushContext,
  target: EditTarget,
  [edit, ...later]: readonly [Edit, ...Edit[]],
): Promise<void> {
  const { ctx, pylon } = push;
  const making: Making = { action: actionNamed(edit.changes.action), edit, later };
  const { action } = making;
  const before = await readFirstSent(ctx.db.orm, edit.id);
  if (before !== undefined && !action.repeatable) {
    const found = await findMade(push, target, action, edit, before);
    if (found.is === 'found')
      return made(push, target, making, found, { error: 'found in Pylon after its answer was lost' });
    if (found.is === 'unclear') return fail(push, target, making, { error: found.why });
  }
  assertNoInFlightRequest(push, target);
  let request: ActionRequest;
  try {
    request = preparedAction(action, target.record, edit.changes);
  } catch (error) {
    if (!(error instanceof NoRequestError)) throw error;
    return fail(push, target, making, { error: error.message });
  }
  const body = saidIn(request) ?? {};
  const since: FirstSent = before ?? { at: pylon.time().earliest, order: ctx.lease.nextOrder() };
  if (!(await noteSending(ctx.db, ctx.lease, edit.id, { ...since, body }))) return;
  let answer: Answer;
  try {
    answer = await sendAction(push, action, edit, request);
  } catch (error) {
    if (error instanceof NoRequestError) return fail(push, target, making, { error: error.message });
    if (error instanceof PylonError && error.status !== 401) {
      const { message, status, requestId } = error;
      return fail(push, target, making, { error: message, status, requestId });
    }
    // The request did not arrive, so that the next attempt need not search for a record.
    if (before === undefined && (error instanceof TransientError || error instanceof PylonError))
      await noteUnsent(ctx.db, ctx.lease, edit.id);
    throw error;
  }
  if (action.makes === 'address') return uploaded(push, target, making, answer);
  const { object } = remoteOf(target.resource, answer, target.facts);
  await made(
    push,
    target,
    making,
    { object, order: answer.order },
    { error: noteOf(making, answer), status: answer.status, requestId: requestIdOf(answer) },
    fieldsOf(answer.body).warnings,
  );
}

/** What Pylon has not taken as it was given; undefined if there is nothing. */
function noteOf({ action, edit: { changes } }: Making, { body }: Answer): string | undefined {
  const { title, state, created_at, updated_at, number } = fieldsOf(fieldsOf(body).data);
  const skipped = fieldsOf(fieldsOf(body).warnings).skipped_attachments;
  const shown: Readonly<Record<string, unknown>> = {
    ...{ title, state, created_at, updated_at },
    issue_number: number,
  };
  const other = action.parameters
    .map(({ name }) => name)
    .filter((name) => name in shown && changes[name] != null && !alike('value', shown[name], changes[name]));
  const notes = [
    ...(other.length > 0 ? [`Pylon has other values of ${other.join(', ')}`] : []),
    ...(Array.isArray(skipped) && skipped.length > 0
      ? [`Pylon left attachments out: ${skipped.join(', ')}`]
      : []),
  ];
  return notes.length === 0 ? undefined : notes.join('; ');
}

async function made(
  push: PushContext,
  target: EditTarget,
  { edit, later }: Making,
  shown: { readonly object: unknown; readonly order: Order },
  said: Said,
  warnings?: unknown,
): Promise<void> {
  const { resource, record, facts } = target;
  clearInFlight(push, target);
  const { id, number } = fieldsOf(shown.object);
  const editOutcomes: readonly EditOutcome[] = [
    { ...said, id: edit.id, event: 'settle', remote: { id, number, warnings } },
  ];
  await settle(push.ctx, {
    ...{ is: 'created', resource, record, create: edit, editOutcomes, wanted: {} },
    ...{ shown: { object: shown.object, order: shown.order, facts }, readsAgain: true },
  });
  await putBack(push, later, `waited for edit ${edit.id}`);
}

/** The file has its address: what waits for that goes on. */
async function uploaded(
  push: PushContext,
  { resource, record }: EditTarget,
  { edit }: Making,
  answer: Answer,
): Promise<void> {
  const { id, url, name } = unwrapObject(answer);
  const said = { status: answer.status, requestId: requestIdOf(answer) };
  if (typeof id !== 'string' || typeof url !== 'string')
    throw new PermanentError('Pylon answered an upload without an address');
  const editOutcomes: readonly EditOutcome[] = [
    { ...said, id: edit.id, event: 'settle', remote: { id, url, name } },
  ];
  await settle(push.ctx, { is: 'uploaded', resource, record, edit: edit.id, editOutcomes, id, url });
}

async function fail(
  push: PushContext,
  target: EditTarget,
  { edit, later }: Making,
  said: Said,
): Promise<void> {
  const { resource, record } = target;
  clearInFlight(push, target);
  const error = `depends on edit ${edit.id}, which failed`;
  const editOutcomes: readonly EditOutcome[] = [
    { ...said, id: edit.id, event: 'refuse' },
    ...later.map(({ id }): EditOutcome => ({ id, event: 'refuse', error, dependsOn: edit.id })),
  ];
  await settle(push.ctx, { is: 'not created', resource, record, editOutcomes, create: edit.id });
}
