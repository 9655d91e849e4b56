import { PermanentError } from '../errors.ts';
import type { Answer } from './types.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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

/** What an answer is, in a few words that give nothing of its content away. */
export function describe(body: unknown): string {
  if (body === undefined) return 'empty';
  if (body === null) return 'null';
  if (Array.isArray(body)) return 'a list';
  return isFields(body)
    ? `an object with ${Object.keys(body).slice(0, 8).join(', ') || 'nothing'}`
    : `a ${typeof body}`;
}
