import type { Reply } from '../../network/exchange.ts';
import { type Fields, isFields } from '../answer.ts';
import { PylonError } from '../errors.ts';
import { readBody } from './body.ts';

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
    const parsed: unknown = JSON.parse(conceal(words.toString('utf8')));
    return isFields(parsed) ? parsed : {};
  } catch {
    // The status alone decides what to do; the body only adds the reason.
    return undefined;
  }
}

/** The error for an answer of 400 or above, from its status and its body. */
export async function refusal(
  endpoint: string,
  response: Reply,
  conceal: (text: string) => string,
): Promise<PylonError> {
  const words = await readWords(response, endpoint, conceal);
  const fields = words ?? unreadable(response);
  const errors = Array.isArray(fields.errors)
    ? fields.errors.filter((error) => typeof error === 'string')
    : [];
  const single = text(fields.error) ?? text(fields.message);
  return new PylonError({
    endpoint,
    status: response.status,
    code: text(fields.code),
    errors: errors.length > 0 || single === undefined ? errors : [single],
    requestId: text(fields.request_id),
    existsId: text(fields.exists_id),
    isForeign: words === undefined,
  });
}

/** The error for a redirect. */
export function redirected(
  endpoint: string,
  status: number,
  headers: Reply['headers'],
  conceal: (text: string) => string,
): PylonError {
  const place = conceal(headers.get('location') ?? 'nowhere').replace(/[?#].*/, '');
  return new PylonError({
    endpoint,
    status,
    code: undefined,
    errors: [`redirected to ${place}; redirects are not followed: check PYLON_API_URL`],
    requestId: undefined,
    existsId: undefined,
    isForeign: true,
  });
}
