import { PermanentError } from '../errors.ts';
import { ExactNumber } from '../exact.ts';
import type { Answer } from './types.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

/**
 * The object in an answer: wrapped in `data` as Pylon does, or bare as the community document has it.
 *
 * @throws PermanentError when there is none.
 */
export function unwrapObject({ body }: Answer): Fields {
  if (isFields(body)) {
    if (isFields(body.data)) return body.data;
    if (!('data' in body) && 'id' in body) return body;
  }
  throw new PermanentError(`an object was expected, the answer is ${describe(body)}`);
}

/**
 * A record was asked for by its id, and another one was answered: Pylon has merged it into that. It is gone, and what is
 * meant for it is not meant for the other.
 */
export class OtherRecordError extends PermanentError {
  override name = 'OtherRecordError';
  /** The id of the record that was answered. */
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

/** The number that Pylon gave a request. */
export function requestIdOf({ body }: Answer): string | undefined {
  return isFields(body) && typeof body.request_id === 'string' ? body.request_id : undefined;
}

/**
 * The object in an answer to what was asked of one record, by the id that Pylon gave it. Not for requests that name a
 * record by its number or by an external id.
 *
 * @throws OtherRecordError where it is another record, PermanentError where there is none.
 */
export function unwrapRecord(answer: Answer, asked: string, endpoint: string): Fields {
  const object = unwrapObject(answer);
  const { id } = object;
  if (typeof id === 'string' && id !== asked)
    throw new OtherRecordError({ endpoint, asked, answered: id }, answer);
  return object;
}

/** What an answer is, in a few words that give nothing of its content away. */
export function describe(body: unknown): string {
  if (body === undefined) return 'empty';
  if (body === null) return 'null';
  if (Array.isArray(body)) return 'a list';
  return isFields(body)
    ? `an object with ${Object.keys(body).slice(0, 8).join(', ') || 'nothing'}`
    : `a ${typeof body}`;
}
