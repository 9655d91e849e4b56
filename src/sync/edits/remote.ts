import { remoteRow } from '../../db/row/remote-row.ts';
import { isReject } from '../../db/row/row.ts';
import type { Values } from '../../edits/merge.ts';
import { PermanentError } from '../../errors.ts';
import { OtherRecordError, unwrapObject, unwrapRecord } from '../../pylon/answer.ts';
import { isGone, PylonError } from '../../pylon/errors.ts';
import type { Answer } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import type { EditTarget, PushContext } from './target.ts';

/** Pylon's object of a record, and the answer that contained it. */
export interface RemoteObject {
  readonly answer: Answer;
  readonly object: unknown;
}

/** Pylon's object of a record, with the values of its row. */
export interface Remote extends RemoteObject {
  readonly row: Values;
}

/** Pylon's answer does not contain a valid record. */
export class NoRecordError extends PermanentError {
  override name = 'NoRecordError';
}

/**
 * The error when Pylon does not execute a request for a record: it refuses, or it has merged the record into another
 * one.
 */
export type Refusal = PylonError | OtherRecordError;

/** Whether an error concerns the record alone. A refused token (401) concerns all requests. */
export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof OtherRecordError || (error instanceof PylonError && error.status !== 401);

/**
 * Reads a record's values from an object of an answer.
 *
 * @throws NoRecordError if the object is no valid record.
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

/**
 * Reads the record's values from an answer to a request for it.
 *
 * @throws OtherRecordError if the answer is about another record; NoRecordError.
 */
export const remoteOfRecord = (
  { resource, record, facts }: EditTarget,
  answer: Answer,
  endpoint: string,
): Remote => remoteIn(resource, answer, unwrapRecord(answer, record, endpoint), facts);

/**
 * Fetches the record from Pylon.
 *
 * @throws OtherRecordError if the record was merged into another one; PylonError; NoRecordError; any other error of
 * the request.
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

/** The answer by which Pylon says that a record is gone. */
export interface Gone {
  readonly endpoint: string;
  readonly status: number;
  readonly requestId: string | undefined;
}

export type Found = Remote | Gone | Refusal;

export const isRemote = (found: Found): found is Remote => 'row' in found;
export const isRefused = (found: Found | undefined): found is Refusal => found instanceof Error;

/**
 * Fetches the record. Returns its values, the proof that it is gone, or Pylon's refusal.
 *
 * @throws any error that is no refusal.
 */
export async function lookUp(push: Pick<PushContext, 'ctx' | 'pylon'>, target: EditTarget): Promise<Found> {
  try {
    return await readRemote(push, target);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { endpoint, status, requestId } = error;
    return isGone(error) ? { endpoint, status, requestId } : error;
  }
}
