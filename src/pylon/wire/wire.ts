import { reasonOf, TransientError, UnknownOutcomeError } from '../../errors.ts';
import type { Fetch, FetchOptions, Reply, Sending } from '../../network/exchange.ts';
import type { Order } from '../../order.ts';
import { REQUEST_ID } from '../answer.ts';
import { AnswerTooLargeError, ForeignAnswerError } from '../errors.ts';
import { type Linked, link } from '../signal.ts';
import type { Answer } from '../types.ts';
import { readJson, releaseBody } from './body.ts';
import { contradiction, redirected, refusal } from './refusal.ts';
import { httpDate, retryAfter } from './retry.ts';

/** A request ready to be sent, once or with retries. */
export interface Prepared {
  readonly endpoint: string;
  readonly url: URL;
  readonly sending: Sending;
  /** Whether the request changes nothing in Pylon. */
  readonly isRead: boolean;
  readonly maxBytes: number;
}

/** What `fetch` is given. A class: an object with a getter of its own takes long to make, and every request needs one. */
class Options implements FetchOptions {
  readonly method: string;
  readonly headers: Sending['headers'];
  readonly body?: NonNullable<Sending['body']>;
  readonly redirect = 'manual';
  readonly stop: Linked;

  constructor({ method, headers, body }: Sending, stop: Linked) {
    this.method = method;
    this.headers = headers;
    if (body !== undefined) this.body = body;
    this.stop = stop;
  }

  get signal(): AbortSignal {
    return this.stop.signal;
  }
}

/** What sending a request needs. */
export interface Wire {
  readonly fetch: Fetch;
  /** Time limit for one attempt, including its whole answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly nextOrder: () => bigint;
  /** Called just before a write is sent; if it throws, the write is not sent. */
  readonly beforeWrite: () => void;
  /** Milliseconds over which Pylon counts requests. */
  readonly intervalMs: number;
  /** The shortest wait after a 429, milliseconds. */
  readonly shortestPauseMs: number;
  /** Pylon's clock, which learns from each answer. */
  readonly clock: { now(): number; follow(date: number): void };
  /** Replaces secrets in a text of the server. */
  readonly conceal: (text: string) => string;
}

/** The outcome of one attempt. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** An immediate retry cannot help. */
  | { readonly kind: 'refused'; readonly error: Error }
  /** Pylon did not process it: 429. */
  | { readonly kind: 'limited'; readonly waitMs: number }
  /**
   * A retry may help. `sent`: Pylon may have received and processed it. `status`: the status of an answer that
   * reports the failure (5xx, 408), that is not Pylon's, or that its body contradicts.
   */
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      readonly sent: boolean;
      readonly status?: number;
    };

const UNSENT_CODES = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'],
  // A proxy that refuses to connect.
  ...['PROXY_REFUSED', 'UND_ERR_PRX_TLS'],
]);
/** A certificate that is not trusted: codes of OpenSSL and of Node's comparison of names. */
const UNTRUSTED =
  /^(CERT_|ERR_TLS_CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE))/;
const UNSENT_CALLS = new Set(['connect', 'getaddrinfo']);

/** Whether a failure shows that no connection was made, so that Pylon cannot have received anything. */
function isUnsent(error: unknown): boolean {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const { code, syscall } = inner as { code?: unknown; syscall?: unknown };
    if (UNSENT_CODES.has(String(code)) || UNTRUSTED.test(String(code))) return true;
    if (UNSENT_CALLS.has(String(syscall))) return true;
    // One error for each address of the host.
    if (inner instanceof AggregateError && inner.errors.length > 0) return inner.errors.every(isUnsent);
  }
  return false;
}

/** Writes that the community's API document answers without a body, as it does each DELETE. */
const WITHOUT_BODY = new Set([
  ...['PATCH /accounts', 'POST /accounts/merge', 'POST /issues/{id}/external-issues'],
  ...[
    'POST /issues/{id}/followers',
    'POST /issues/{id}/snooze',
    'POST /knowledge-bases/{id}/route-redirects',
  ],
]);

/** Whether an answer without a body is none: one cut off before its first byte, or not Pylon's. */
function mustHold({ endpoint, isRead, sending }: Prepared, { status, headers }: Reply): boolean {
  if (isRead) return status !== 204;
  return sending.method !== 'DELETE' && !WITHOUT_BODY.has(endpoint) && headers.get(REQUEST_ID) === null;
}

/** Decides by an answer's status what it means, and reads the body only where it is needed. */
async function judge(
  wire: Wire,
  request: Prepared,
  response: Reply,
): Promise<Outcome | { kind: 'read'; body: unknown; bytes: number }> {
  const { endpoint } = request;
  const { status, headers } = response;
  if (status === 429) {
    releaseBody(response);
    const waitMs = retryAfter(headers, wire.intervalMs, wire.clock.now(), wire.shortestPauseMs);
    return { kind: 'limited', waitMs };
  }
  if (status >= 300 && status < 400) {
    releaseBody(response);
    const error = redirected(endpoint, status, headers, wire.conceal);
    // The address is probably wrong, and a read says so at once. A write's effect is to be looked for all the same.
    return request.isRead ? { kind: 'refused', error } : { kind: 'failed', error, sent: true, status };
  }
  if (status >= 400) {
    const error = await refusal(endpoint, response, wire.conceal);
    const isForeign = error instanceof ForeignAnswerError;
    // A 408 comes from a proxy: the request did not reach Pylon in time.
    if (status < 500 && status !== 408 && !isForeign) return { kind: 'refused', error };
    return { kind: 'failed', error: new TransientError(error.message), sent: true, status };
  }
  const read = await readJson(response, endpoint, request.maxBytes, mustHold(request, response));
  const error = contradiction(request, response, read.body, wire.conceal);
  return error === undefined ? { kind: 'read', ...read } : { kind: 'failed', error, sent: true, status };
}

/** A write that was under way when its signal aborted. */
const abandoned = (endpoint: string, reason: unknown) =>
  new UnknownOutcomeError(
    `${endpoint}: ended before its answer came; it may or may not have been applied: ${reasonOf(reason)}`,
    { cause: reason },
  );

/**
 * Sends a request once.
 *
 * @throws a signal's reason when it aborts, or UnknownOutcomeError once a write has left; what `beforeWrite` throws. Failures
 * of the network and answers of any status are returned as an outcome.
 */
export async function attempt(
  wire: Wire,
  request: Prepared,
  ...signals: readonly AbortSignal[]
): Promise<Outcome> {
  const { endpoint } = request;
  if (!request.isRead) wire.beforeWrite();
  const asked = wire.nextOrder();
  for (const signal of signals) signal.throwIfAborted();
  const linked = link(...signals);
  const timer = setTimeout(
    () => linked.abort(new TransientError(`${endpoint}: no answer within ${wire.timeoutMs} ms`)),
    wire.timeoutMs,
  );
  let outcome: Awaited<ReturnType<typeof judge>>;
  let received: Pick<Answer, 'status' | 'date' | 'requestId'>;
  try {
    const response = await wire.fetch(request.url, new Options(request.sending, linked));
    const { status, headers } = response;
    const requestId = headers.get(REQUEST_ID) ?? undefined;
    received = { status, date: httpDate(headers.get('date')), requestId };
    if (received.date !== undefined) wire.clock.follow(received.date);
    outcome = await judge(wire, request, response);
  } catch (error) {
    const stopped = signals.find(({ aborted }) => aborted);
    if (stopped !== undefined) throw request.isRead ? stopped.reason : abandoned(endpoint, stopped.reason);
    if (error instanceof AnswerTooLargeError && request.isRead) return { kind: 'refused', error };
    const reason = linked.aborted ? linked.reason : error;
    return { kind: 'failed', error: reason, sent: !isUnsent(reason) };
  } finally {
    clearTimeout(timer);
    linked.unlink();
  }
  if (outcome.kind !== 'read') return outcome;
  const order: Order = { asked, answered: wire.nextOrder() };
  return { kind: 'answer', answer: { ...received, body: outcome.body, bytes: outcome.bytes, order } };
}
