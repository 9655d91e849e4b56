import { PermanentError } from '../errors.ts';
import { ExactNumber } from '../exact.ts';
import type { Answer } from './types.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

/**
 * The object in an answer: in `data` as Pylon sends it, or bare as the community's API document has it.
 *
 * @throws PermanentError when the answer has no object.
 */
export function unwrapObject({ body }: Answer): Fields {
  if (isFields(body)) {
    if (isFields(body.data)) return body.data;
    if (!('data' in body) && 'id' in body) return body;
  }
  throw new PermanentError(`an object was expected, the answer is ${describe(body)}`);
}

/**
 * Pylon answered a request for one record with another one: it has merged the first into the second. The record asked
 * for is gone, and edits of it must not be applied to the other.
 */
export class OtherRecordError extends PermanentError {
  override name = 'OtherRecordError';
  /** The id of the record in the answer. */
  readonly answered: string;
  readonly endpoint: string;
  readonly status: number;
  readonly requestId: string | undefined;
  constructor({ endpoint, asked, answered }: Record<'endpoint' | 'asked' | 'answered', string>, of: Answer) {
    super(`merged into ${answered}: ${endpoint} answered with that for ${asked}`);
    this.answered = answered;
    this.endpoint = endpoint;
    this.status = of.status;
    this.requestId = requestIdOf(of);
  }
}

/** The header with Pylon's id of a request; some answers have it there alone. */
export const REQUEST_ID = 'x-pylon-request-id';

/** Pylon's id of a request, from its answer. */
export function requestIdOf({ body, requestId }: Answer): string | undefined {
  return isFields(body) && typeof body.request_id === 'string' ? body.request_id : requestId;
}

/**
 * The object in the answer to a request for the record with the id `asked`. Not for requests that name a record by
 * its number or by an external id.
 *
 * @throws OtherRecordError when the answer has another record; PermanentError when it has none.
 */
export function unwrapRecord(answer: Answer, asked: string, endpoint: string): Fields {
  const object = unwrapObject(answer);
  const { id } = object;
  if (typeof id === 'string' && id !== asked)
    throw new OtherRecordError({ endpoint, asked, answered: id }, answer);
  return object;
}

/** Describes an answer in a few words, without any of its values. */
export function describe(body: unknown): string {
  if (body === undefined) return 'empty';
  if (body === null) return 'null';
  if (Array.isArray(body)) return 'a list';
  return isFields(body)
    ? `an object with ${Object.keys(body).slice(0, 8).join(', ') || 'nothing'}`
    : `a ${typeof body}`;
}
