import { TransientError } from '../../errors.ts';
import { parseJson } from '../../exact.ts';
import { AnswerTooLargeError } from '../errors.ts';

/** The whole body, read as it comes, given up beyond `maxBytes`. */
export async function readBody(response: Response, endpoint: string, maxBytes: number): Promise<Buffer> {
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
 * @throws TransientError when it is not JSON: a proxy's page, or a body cut short; when it is empty and `mustHold`.
 */
export async function readJson(
  response: Response,
  endpoint: string,
  maxBytes: number,
  mustHold: boolean,
): Promise<{ body: unknown; bytes: number }> {
  const buffer = await readBody(response, endpoint, maxBytes);
  if (buffer.length === 0) {
    // A body of unknown length that was cut before its first byte looks the same.
    if (mustHold && response.status !== 204)
      throw new TransientError(`${endpoint}: ${response.status} with an empty body`);
    return { body: undefined, bytes: 0 };
  }
  try {
    return { body: parseJson(buffer.toString('utf8')), bytes: buffer.length };
  } catch (cause) {
    const type = response.headers.get('content-type') ?? 'no content type';
    throw new TransientError(
      `${endpoint}: ${response.status} with a body that is not JSON (${type}, ${buffer.length} bytes)`,
      { cause },
    );
  }
}

/** Lets go of an answer whose body nobody needs. */
export function releaseBody(response: Response): void {
  // A body cut short rejects here; the status has said all there is to know.
  response.body?.cancel().catch(() => {});
}
