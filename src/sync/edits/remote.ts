import { remoteRow } from '../../db/row/remote-row.ts';
import { isReject } from '../../db/row/row.ts';
import type { Values } from '../../edits/merge.ts';
import { PermanentError } from '../../errors.ts';
import { OtherRecordError, unwrapObject, unwrapRecord } from '../../pylon/answer.ts';
import { isGone, PylonError } from '../../pylon/errors.ts';
import type { Answer } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import type { EditTarget, PushContext } from './target.ts';

/** What Pylon holds of a record. */
export interface RemoteObject {
  readonly answer: Answer;
  readonly object: unknown;
}

/** The same, with the values of its row. */
export interface Remote extends RemoteObject {
  readonly row: Values;
}

/** Pylon answered with what is no record. */
export class NoRecordError extends PermanentError {
  override name = 'NoRecordError';
}

/** Why Pylon does not do what was asked of a record: it refuses, or has merged the record into another one. */
export type Refusal = PylonError | OtherRecordError;

/** Whether it is the record's matter: a refused token is not. */
export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof OtherRecordError || (error instanceof PylonError && error.status !== 401);

/**
 * What an answer, or one object of it, says of a record.
 *
 * @throws NoRecordError when it is none.
 */
export function remoteIn(
  resource: Resource,
  answer: Answer,
  object: unknown,
  facts: EditTarget['facts'],
): Remote {
  const remote = remoteRow(resource, object, facts);
  if (isReject(remote)) throw new NoRecordError(`Pylon answered with what is no record: ${remote.reason}`);
  return { row: remote.values, answer, object };
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
 * @throws OtherRecordError where it was merged into another one; NoRecordError.
 */
export async function readRemote(
  { ctx, pylon }: Pick<PushContext, 'ctx' | 'pylon'>,
  target: EditTarget,
): Promise<Remote> {
  const route = target.resource.get ?? '';
  const params = { ...target.facts, id: target.record };
  const answer = await pylon.request({ method: 'GET', route, params, signal: ctx.signal });
  return remoteOfRecord(target, answer, `GET ${route}`);
}

/** That a record is gone, in Pylon's words. */
export interface Gone {
  readonly endpoint: string;
  readonly status: number;
  readonly requestId: string | undefined;
}

export type Found = Remote | Gone | Refusal;

export const isRemote = (found: Found): found is Remote => 'row' in found;
export const isRefused = (found: Found | undefined): found is Refusal => found instanceof Error;

/** What Pylon holds of the record; that it is gone; why nothing can be asked of it. */
export async function lookUp(push: Pick<PushContext, 'ctx' | 'pylon'>, target: EditTarget): Promise<Found> {
  try {
    return await readRemote(push, target);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { endpoint, status, requestId } = error;
    return isGone(error) ? { endpoint, status, requestId } : error;
  }
}
