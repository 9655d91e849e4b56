import { TransientError } from '../../errors.ts';
import { parseJson } from '../../exact.ts';
import type { Reply } from '../../network/exchange.ts';
import { AnswerTooLargeError } from '../errors.ts';

const EMPTY = Buffer.alloc(0);

/** Reads the whole body; throws AnswerTooLargeError as soon as it is longer than `maxBytes`. */
export async function readBody(response: Reply, endpoint: string, maxBytes: number): Promise<Buffer> {
  // Most answers are small, and have arrived whole with their headers.
  const whole = response.body?.arrived?.();
  if (whole !== undefined) {
    const [first = EMPTY] = whole;
    const all = whole.length < 2 ? first : Buffer.concat(whole);
    if (all.length > maxBytes) throw new AnswerTooLargeError(endpoint, maxBytes);
    return all;
  }
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > maxBytes) throw new AnswerTooLargeError(endpoint, maxBytes);
    parts.push(part);
  }
  const [only] = parts;
  return parts.length === 1 && Buffer.isBuffer(only) ? only : Buffer.concat(parts);
}

/** Text without a byte order mark, which `fetch` drops too. */
export const withoutMark = (text: string) => (text.startsWith('\uFEFF') ? text.slice(1) : text);

/**
 * The parsed body of an answer, and its size in bytes.
 *
 * @throws TransientError when the body is not JSON (a proxy's page, or a body cut short), or is empty although
 * `mustHold`; AnswerTooLargeError.
 */
export async function readJson(
  response: Reply,
  endpoint: string,
  maxBytes: number,
  mustHold: boolean,
): Promise<{ body: unknown; bytes: number }> {
  const buffer = await readBody(response, endpoint, maxBytes);
  if (buffer.length === 0) {
    // A body of unknown length that was cut off before its first byte looks the same.
    if (mustHold) throw new TransientError(`${endpoint}: ${response.status} with an empty body`);
    return { body: undefined, bytes: 0 };
  }
  try {
    return { body: parseJson(withoutMark(buffer.toString('utf8'))), bytes: buffer.length };
  } catch (cause) {
    const type = response.headers.get('content-type') ?? 'no content type';
    throw new TransientError(
      `${endpoint}: ${response.status} with a body that is not JSON (${type}, ${buffer.length} bytes)`,
      { cause },
    );
  }
}

/** Gives up an answer's body, and its connection where the body has not arrived yet. */
export function releaseBody(response: Reply): void {
  // It rejects for a body cut short; the status was all that is needed.
  response.body?.cancel().catch(() => {});
}
