import { type Claim, postponeEdits } from '../../db/edits/queue.ts';
import { columnsIn } from '../../db/mirror/overlay.ts';
import { isReject, rowMapper } from '../../db/row/row.ts';
import type { Values } from '../../edits/merge.ts';
import { PermanentError, reasonOf } from '../../errors.ts';
import { unwrapObject, unwrapRecord } from '../../pylon/answer.ts';
import type { PylonError } from '../../pylon/errors.ts';
import type { Answer } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import { backoffMs, isLockContention, levelAfter, retryWithBackoff } from './backoff.ts';
import { type EditTarget, inFlightMs, NotYetError, type PushContext, type RemoteObject } from './target.ts';

/** Statuses that say that a record is not there. */
const GONE = [404, 410];
export const isGone = ({ status }: Pick<PylonError, 'status'>): boolean => GONE.includes(status);

/** What Pylon holds of a record, as its row would. */
export interface Remote extends RemoteObject {
  readonly row: Values;
}

/**
 * What an answer, or one object of it, says of a record.
 *
 * @throws PermanentError when it is none.
 */
export function remoteIn(
  resource: Resource,
  answer: Answer,
  object: unknown,
  facts: Readonly<Record<string, string>>,
): Remote {
  const mapped = rowMapper(resource)(object, facts);
  if (isReject(mapped)) throw new PermanentError(`Pylon answered with what is no record: ${mapped.reason}`);
  return { row: columnsIn(resource, mapped), answer, object };
}

export const remoteOf = (resource: Resource, answer: Answer, facts: EditTarget['facts']): Remote =>
  remoteIn(resource, answer, unwrapObject(answer), facts);

/** The same of an answer to what was asked of the record: another one throws `OtherRecordError`. */
export const remoteOfRecord = (
  { resource, record, facts }: EditTarget,
  answer: Answer,
  endpoint: string,
): Remote => remoteIn(resource, answer, unwrapRecord(answer, record, endpoint), facts);

/**
 * Asks Pylon for the record.
 *
 * @throws OtherRecordError where it was merged into another one.
 */
export async function readRemote(
  { ctx, pylon }: Pick<PushContext, 'ctx' | 'pylon'>,
  { resource, record, facts }: EditTarget,
): Promise<Remote> {
  const params = { ...facts, id: record };
  const answer = await pylon.request({
    method: 'GET',
    route: resource.get ?? '',
    params,
    signal: ctx.signal,
  });
  return remoteOfRecord({ resource, record, facts }, answer, `GET ${resource.get ?? ''}`);
}

/** Nothing is lost by waiting: what was not done is done later, what may have been is looked at first. */
export async function postpone(
  push: PushContext,
  { resource, record, edits }: Claim,
  error: unknown,
): Promise<void> {
  const { ctx, requestTimeoutMs } = push;
  const tries = Math.max(...edits.map((edit) => edit.tries));
  // To have come too early is no failure: it lengthens no wait, and is not counted.
  const isEarly = error instanceof NotYetError;
  const waitMs = isEarly ? error.leastMs : backoffMs(tries);
  const waitedMs = Math.max(...edits.map((edit) => edit.waitedMs));
  ctx.log[levelAfter(waitedMs)](
    { resource, record, waitMs, waitedSeconds: Math.round(waitedMs / 1_000), error: reasonOf(error) },
    'edit put back: trying again',
  );
  const ids = edits.map(({ id }) => id);
  await retryWithBackoff(ctx.signal, isLockContention, () => {
    const left = inFlightMs(push, { resource, record });
    const lostMs = left > 0 ? requestTimeoutMs - left : undefined;
    return postponeEdits(ctx.db, ctx.lease, ids, { waitMs, error: reasonOf(error), lostMs, isEarly });
  });
}
