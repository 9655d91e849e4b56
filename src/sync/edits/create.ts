import type { Edit } from '../../db/edits/queue.ts';
import {
  type FirstSent,
  noteSending,
  noteUnsent,
  notMadeBy,
  readFirstSent,
  readFreeing,
} from '../../db/edits/sending.ts';
import type { EditOutcome } from '../../db/settle/end.ts';
import { creationBody, matchScore, wantedOf } from '../../edits/create.ts';
import type { Values } from '../../edits/merge.ts';
import { TransientError } from '../../errors.ts';
import type { Order } from '../../order.ts';
import { OtherRecordError, requestIdOf } from '../../pylon/answer.ts';
import { isGone, PylonError } from '../../pylon/errors.ts';
import type { Answer } from '../../pylon/types.ts';
import { assertAddressable } from '../../pylon/wire/address.ts';
import { assertNoInFlightRequest, clearInFlight } from './in-flight.ts';
import { createdWithin, recover } from './lost/recover.ts';
import { putBack } from './postpone.ts';
import { readRemote, remoteOf } from './remote.ts';
import { settle, settleUnasked } from './settle.ts';
import { type EditTarget, NoRequestError, type PushContext, prepared } from './target.ts';

/** A create to be sent, with the later edits of its record. */
interface Creating {
  readonly create: Edit;
  readonly updates: readonly Edit[];
  /** Functions that were called about it: each is a request of its own, once the record has an id. */
  readonly actions: readonly Edit[];
  readonly deletion: Edit | undefined;
  readonly wanted: Values;
}

/**
 * Creates a record in Pylon and settles its edits. Later updates of the record are sent with the create; fields that
 * the create's request cannot contain follow as an update. If the answer to an earlier attempt was lost, `recover`
 * searches Pylon for the object first: the create is sent again only if it is not found, and fails if only a person
 * can tell.
 *
 * @throws TransientError while another edit creates the same, or an earlier one may free what Pylon refuses to have
 * twice; NotYetError; AnsweredError; errors of requests, except a refusal of the create.
 */
export async function carryCreate(
  push: PushContext,
  target: EditTarget,
  edits: readonly [Edit, ...Edit[]],
): Promise<void> {
  const [create, ...later] = edits;
  const updates = later.filter(({ operation }) => operation === 'update');
  const actions = later.filter(({ operation }) => operation === 'action');
  const deletion = later.find(({ operation }) => operation === 'delete');
  const wanted = wantedOf(target.resource, create, updates);
  const creating: Creating = { create, updates, actions, deletion, wanted };
  const route = target.resource.writes?.create?.path ?? '';
  try {
    prepared(() => assertAddressable(route, target.facts));
  } catch (error) {
    if (!(error instanceof NoRequestError)) throw error;
    return fail(push, target, creating, { error: error.message });
  }
  const since = await readFirstSent(push.ctx.db.orm, create.id);
  if (since !== undefined) {
    const found = await recover(push, target, create.id, wanted, since);
    if (found.is === 'found') {
      const { object, order } = found.candidate;
      return created(
        push,
        target,
        creating,
        { object, order },
        { error: 'found in Pylon after its answer was lost' },
      );
    }
    if (found.is === 'busy') throw new TransientError('the same is being created by another edit');
    if (found.is === 'unclear') return fail(push, target, creating, { error: found.why });
    assertNoInFlightRequest(push, target);
  }
  if (deletion !== undefined) return drop(push, target, creating);
  let body: Values;
  try {
    body = prepared(() => creationBody(target.resource, wanted));
  } catch (error) {
    if (!(error instanceof NoRequestError)) throw error;
    return fail(push, target, creating, { error: error.message });
  }
  await send(push, target, creating, body, since);
}

async function send(
  push: PushContext,
  target: EditTarget,
  creating: Creating,
  body: Values,
  before: FirstSent | undefined,
): Promise<void> {
  const { ctx, pylon } = push;
  const { create } = creating;
  const { resource, facts } = target;
  const since = before ?? { at: pylon.time().earliest, order: ctx.lease.nextOrder() };
  if (!(await noteSending(ctx.db, ctx.lease, create.id, { ...since, body }))) return;
  let answer: Answer;
  try {
    answer = await pylon.request({
      ...{
        method: 'POST',
        route: resource.writes?.create?.path ?? '',
        params: facts,
        body,
        signal: ctx.signal,
      },
    });
  } catch (error) {
    if (error instanceof PylonError && error.status !== 401)
      return refused(push, target, creating, error, { before, since });
    // The request did not arrive, so that the next attempt need not search for an object.
    if (before === undefined && (error instanceof TransientError || error instanceof PylonError))
      await noteUnsent(ctx.db, ctx.lease, create.id);
    throw error;
  }
  const { object } = remoteOf(resource, answer, facts);
  const said = { status: answer.status, requestId: requestIdOf(answer) };
  await created(push, target, creating, { object, order: answer.order }, said);
}

/** Statuses of a refusal that may mean that Pylon has the like already. */
const MAY_BE_TAKEN: readonly number[] = [400, 409, 422];

/**
 * Pylon refused the create. If it answers that the object exists, and that matches what we wanted, the create has
 * succeeded. A refusal is not final while an earlier edit may free the value that the object must not share.
 *
 * @throws TransientError while there is such an edit.
 */
async function refused(
  push: PushContext,
  target: EditTarget,
  creating: Creating,
  error: PylonError,
  sent: { readonly before: FirstSent | undefined; readonly since: FirstSent },
): Promise<void> {
  const since = sent.before ?? { ...sent.since, at: Number.POSITIVE_INFINITY };
  const { message, status, requestId, existsId } = error;
  const { ctx } = push;
  if (existsId !== undefined && target.resource.get !== undefined) {
    const remote = await readRemote(push, { ...target, record: existsId }).catch((cause: unknown) => {
      if (cause instanceof OtherRecordError || (cause instanceof PylonError && isGone(cause)))
        return undefined;
      throw cause;
    });
    const isOther = (await notMadeBy(ctx.db.orm, target.resource, [existsId], since)).size > 0;
    const isOurs =
      remote !== undefined &&
      !isOther &&
      (matchScore(target.resource, creating.wanted, remote.row) === 'same' ||
        (remote.row.created_at != null && createdWithin(remote.row, creating.wanted, since)));
    if (isOurs)
      return created(
        ...([push, target, creating, { object: remote.object, order: remote.answer.order }] as const),
        { error: 'Pylon had it already', status, requestId },
      );
  }
  const { create } = creating;
  const isTaken = existsId !== undefined || MAY_BE_TAKEN.includes(status);
  const freeing = isTaken ? await readFreeing(ctx.db.orm, create.id, existsId) : undefined;
  if (freeing !== undefined) {
    if (sent.before === undefined) await noteUnsent(ctx.db, ctx.lease, create.id);
    throw new TransientError(`waits for edit ${freeing}: ${message}`);
  }
  await fail(push, target, creating, { error: message, status, requestId });
}

type Said = Pick<EditOutcome, 'error' | 'status' | 'requestId'>;

async function created(
  push: PushContext,
  target: EditTarget,
  { create, updates, actions, deletion, wanted }: Creating,
  shown: { readonly object: unknown; readonly order: Order },
  said: Said,
): Promise<void> {
  const { resource, record, facts } = target;
  clearInFlight(push, target);
  const { ctx } = push;
  const editOutcomes = [
    { ...said, id: create.id, event: 'settle' as const },
    ...updates.map(({ id }) => ({ id, event: 'settle' as const, error: `carried with edit ${create.id}` })),
  ];
  const creation = { resource, record, create, editOutcomes, wanted, shown: { ...shown, facts } };
  await settle(ctx, { is: 'created', ...creation });
  const left = deletion === undefined ? actions : [...actions, deletion];
  await putBack(push, left, `waited for edit ${create.id}`);
}

async function fail(
  push: PushContext,
  target: EditTarget,
  { create, updates, actions }: Creating,
  said: Said,
): Promise<void> {
  const { resource, record } = target;
  clearInFlight(push, target);
  const { ctx } = push;
  const error = `depends on edit ${create.id}, which failed`;
  const editOutcomes: readonly EditOutcome[] = [
    { ...said, id: create.id, event: 'refuse' },
    ...[...updates, ...actions].map(
      ({ id }): EditOutcome => ({ id, event: 'refuse', error, dependsOn: create.id }),
    ),
  ];
  await settle(ctx, { is: 'not created', resource, record, editOutcomes, create: create.id });
}

/** Discards the edits of a record that was deleted here before Pylon had it. */
async function drop(
  { ctx }: PushContext,
  { resource, record }: EditTarget,
  { create, updates, actions, deletion }: Creating,
): Promise<void> {
  const editOutcomes = [create, ...updates, ...actions, ...(deletion === undefined ? [] : [deletion])].map(
    ({ id }): EditOutcome => ({ id, event: 'discard', error: 'deleted here before it was created in Pylon' }),
  );
  await settleUnasked(ctx, { is: 'not created', resource, record, editOutcomes, create: create.id });
}
