import { PermanentError, TransientError } from '../errors.ts';
import { AnswerTooLargeError, PylonError } from './errors.ts';
import type { Answer } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The whole body, read as it comes, given up beyond `maxBytes`. */
async function readBody(response: Response, endpoint: string, maxBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > maxBytes) throw new AnswerTooLargeError(endpoint, maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/**
 * The parsed body of an answer, and its size.
 *
 * @throws TransientError when it is not JSON: a proxy's page, or a body cut short.
 */
export async function readJson(
  response: Response,
  endpoint: string,
  maxBytes: number,
): Promise<{ body: unknown; bytes: number }> {
  const buffer = await readBody(response, endpoint, maxBytes);
  if (buffer.length === 0) return { body: undefined, bytes: 0 };
  try {
    return { body: JSON.parse(buffer.toString('utf8')), bytes: buffer.length };
  } catch (cause) {
    const type = response.headers.get('content-type') ?? 'no content type';
    throw new TransientError(
      `${endpoint}: ${response.status} with a body that is not JSON (${type}, ${buffer.length} bytes)`,
      { cause },
    );
  }
}

/** Pylon's refusal, from an answer's status and whatever its body holds. */
export function refusal(endpoint: string, status: number, body: unknown): PylonError {
  const fields = isFields(body) ? body : {};
  const errors = Array.isArray(fields.errors)
    ? fields.errors.filter((error) => typeof error === 'string')
    : [];
  const single = text(fields.error) ?? text(fields.message);
  return new PylonError({
    endpoint,
    status,
    code: text(fields.code),
    errors: errors.length > 0 || single === undefined ? errors : [single],
    requestId: text(fields.request_id),
    existsId: text(fields.exists_id),
  });
}

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
  if (Array.isArray(body)) return 'a list';
  return isFields(body)
    ? `an object with ${Object.keys(body).slice(0, 8).join(', ') || 'nothing'}`
    : JSON.stringify(body).slice(0, 40);
}
