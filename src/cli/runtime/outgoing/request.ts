import type { Reply } from '../../../network/exchange.ts';
import { link } from '../../../pylon/signal.ts';
import { delayOf } from '../../../pylon/wire/retry.ts';
import type { Secret } from '../../../secret.ts';
import type { Setup } from '../setup.ts';

/** Milliseconds that one request may take, with its answer. */
const MOST_MS = 10_000;
/** An answer is read so far, in bytes. */
const MOST_BYTES = 1_000;

/** What an address of somebody else's answers. */
export interface Answer {
  readonly status: number;
  /** The beginning of its body, in one line. */
  readonly text: string;
  /** Milliseconds that it asks to wait before the next request; undefined: it does not. */
  readonly waitMs: number | undefined;
}

export interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Reads at most `MOST_BYTES` of an answer, whatever its size. */
async function beginningOf({ body }: Reply): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MOST_BYTES) break;
  }
  return Buffer.concat(chunks)
    .subarray(0, MOST_BYTES)
    .toString('utf8')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
}

/** What `Retry-After` asks to wait, in milliseconds; undefined where that is over. */
function waitMsOf(header: string | null): number | undefined {
  const ms = delayOf(header, Date.now());
  return ms !== undefined && ms > 0 ? ms : undefined;
}

/** A user and a password in the address go into a header, as with curl. */
function withoutUser(address: Secret): { readonly url: URL; readonly headers: Record<string, string> } {
  const url = new URL(address.reveal());
  const { username, password } = url;
  if (`${username}${password}` === '') return { url, headers: {} };
  url.username = url.password = '';
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` } };
}

/**
 * Requests an address that the configuration names, through its proxies, within `MOST_MS`. Follows no redirect.
 *
 * @throws an error of the network, of the time limit, or the signal's reason.
 */
export async function request(
  { fetch, signal, version }: Pick<Setup, 'fetch' | 'signal' | 'version'>,
  address: Secret,
  { method, headers, body }: Outgoing,
  mostMs: number = MOST_MS,
): Promise<Answer> {
  const linked = link(signal);
  const timer = setTimeout(() => linked.abort(new Error(`no answer within ${mostMs} ms`)), mostMs);
  const own = withoutUser(address);
  try {
    const response = await fetch(own.url, {
      ...{ method, redirect: 'manual', signal: linked.signal },
      headers: { ...own.headers, 'user-agent': `pylon-sync/${version}`, ...headers },
      ...(body !== undefined && { body }),
    });
    const text = await beginningOf(response);
    return { status: response.status, text, waitMs: waitMsOf(response.headers.get('retry-after')) };
  } catch (error) {
    throw linked.signal.aborted ? linked.signal.reason : error;
  } finally {
    clearTimeout(timer);
    linked.unlink();
  }
}

export const isTaken = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** What became of a request, as the end of a sentence. */
export function answerInWords({ status, text }: Answer): string {
  const said = text === '' ? '' : ` (${text.slice(0, 200)})`;
  const redirects = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
  return `it answered ${status}${redirects}${said}`;
}
