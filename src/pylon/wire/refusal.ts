import { TransientError } from '../../errors.ts';
import type { Reply } from '../../network/exchange.ts';
import { describe, type Fields, isFields, REQUEST_ID } from '../answer.ts';
import { ForeignAnswerError, PylonError } from '../errors.ts';
import { readBody, withoutMark } from './body.ts';

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The most bytes read of a refusal's body. */
const WORDS_BYTES = 1024 * 1024;

/** The fields for a refusal that is not JSON: a proxy's answer, or one cut short. */
function unreadable(response: Reply): Fields {
  return { error: `the answer is not JSON (${response.headers.get('content-type') ?? 'no content type'})` };
}

async function readWords(
  response: Reply,
  endpoint: string,
  conceal: (text: string) => string,
): Promise<Fields | undefined> {
  try {
    const words = await readBody(response, endpoint, WORDS_BYTES);
    if (words.length === 0) return {};
    const parsed: unknown = JSON.parse(conceal(withoutMark(words.toString('utf8'))));
    return isFields(parsed) ? parsed : {};
  } catch {
    // The status alone decides what to do; the body only adds the reason.
    return undefined;
  }
}

/**
 * What a proxy may refuse in Pylon's place: the token, and requests that are too large. The same request would be refused
 * by it again.
 */
const FOR_PYLON: readonly number[] = [401, 413, 414, 431];

/**
 * Whether a refusal is Pylon's own: it has a list of messages, which all of Pylon's have, or Pylon's id of the request. A
 * `code` or `request_id` alone does not show it, since gateways and RPC servers have them too.
 */
const isPylons = ({ errors }: Fields, headers: Reply['headers']): boolean =>
  (Array.isArray(errors) && (errors.length === 0 || errors.some((error) => typeof error === 'string'))) ||
  text(headers.get(REQUEST_ID)) !== undefined;

/** What the fields of a refusal's body and its headers say. */
function wordsIn(fields: Fields, headers: Reply['headers'], conceal: (text: string) => string) {
  const errors = Array.isArray(fields.errors)
    ? fields.errors.filter((error) => typeof error === 'string')
    : [];
  const single = text(fields.error) ?? text(fields.message);
  return {
    code: text(fields.code),
    errors: errors.length > 0 || single === undefined ? errors : [single],
    requestId: text(fields.request_id) ?? text(conceal(headers.get(REQUEST_ID) ?? '')),
    existsId: text(fields.exists_id),
  };
}

/** Whether the body of an answer to a write has the envelope of either of Pylon's two API documents. */
const isEnvelope = (body: unknown): boolean =>
  isFields(body) && (body.data != null || ['request_id', 'success', 'id'].some((key) => key in body));

/** Whether an answer to a write says that it did not succeed. */
const isFailure = (body: unknown): boolean =>
  isFields(body) && (body.success === false || (isFields(body.data) && body.data.success === false));

/**
 * The error for an answer whose status reports success, and whose body does not: it has errors in place of data or, of a
 * write, says that it failed or is none of Pylon's. Undefined for any other body, and for none. What such a request has
 * done is not known.
 */
export function contradiction(
  { endpoint, isRead }: { readonly endpoint: string; readonly isRead: boolean },
  { status, headers }: Reply,
  body: unknown,
  conceal: (text: string) => string,
): TransientError | undefined {
  if (isFields(body) && body.data == null && Array.isArray(body.errors)) {
    const words = wordsIn(body, headers, conceal);
    if (words.errors.length > 0)
      return new TransientError(conceal(new PylonError({ endpoint, status, ...words }).message));
  }
  if (isRead || body === undefined) return undefined;
  if (isFailure(body)) return new TransientError(`${endpoint}: ${status} that says that it did not succeed`);
  if (isEnvelope(body) || headers.get(REQUEST_ID) !== null) return undefined;
  return new TransientError(`${endpoint}: ${status} with what is no answer of Pylon's: ${describe(body)}`);
}

/**
 * The error for an answer of 400 or above, from its status, headers and body. It says nothing of the record unless the
 * answer is Pylon's own: a gateway without a route answers 404 too, with an empty body or with JSON of its own.
 */
export async function refusal(
  endpoint: string,
  response: Reply,
  conceal: (text: string) => string,
): Promise<PylonError | ForeignAnswerError> {
  const { status, headers } = response;
  const words = await readWords(response, endpoint, conceal);
  const fields = words ?? unreadable(response);
  const error = new PylonError({
    endpoint,
    status,
    ...wordsIn(fields, headers, conceal),
    isForeign: words === undefined,
  });
  if (isPylons(fields, headers) || FOR_PYLON.includes(status)) return error;
  const why = words === undefined ? '' : ", which is not in the form of Pylon's refusals";
  return new ForeignAnswerError(`${error.message}${why}`, status);
}

/** The error for a redirect. */
export function redirected(
  endpoint: string,
  status: number,
  headers: Reply['headers'],
  conceal: (text: string) => string,
): ForeignAnswerError {
  const place = conceal(headers.get('location') ?? 'nowhere').replace(/[?#].*/, '');
  const words = `redirected to ${place}; redirects are not followed: check PYLON_API_URL`;
  return new ForeignAnswerError(`${endpoint}: ${status} ${words}`, status);
}
