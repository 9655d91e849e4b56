import { reasonOf, TransientError, UnknownOutcomeError } from '../errors.ts';
import { readJson, refusal } from './answer.ts';
import { type Budget, createBudget } from './budget.ts';
import { canonical } from './endpoints.ts';
import { AnswerTooLargeError, PylonError } from './errors.ts';
import type { Limits } from './limits.ts';
import { BACKOFF, type Backoff, backoff, sleep as realSleep, retryAfter, type Sleep } from './retry.ts';
import { link } from './signal.ts';
import type { Answer, Pylon, PylonRequest } from './types.ts';

/** Something an operator may want to know of; `message` is constant, the rest are fields. */
export interface ClientEvent {
  readonly level: 'debug' | 'info' | 'warn';
  readonly message: string;
  readonly endpoint: string;
  readonly reason?: string;
  readonly attempt?: number;
  readonly waitMs?: number;
}

export interface PylonOptions {
  readonly url: string;
  readonly token: string;
  readonly limits: Limits;
  /** Part of each limit to use, above 0 and at most 1. */
  readonly share: number;
  /** A place in the order of requests: later than all taken before. */
  readonly nextOrder: () => bigint;
  /** For one attempt, its whole answer included; default 60,000. */
  readonly timeoutMs?: number;
  readonly retry?: Backoff;
  readonly now?: () => number;
  readonly sleep?: Sleep;
  readonly random?: () => number;
  readonly fetch?: typeof fetch;
  readonly report?: (event: ClientEvent) => void;
  readonly userAgent?: string;
  /** When an earlier process's last requests were answered, by endpoint, epoch milliseconds: they still count. */
  readonly occupied?: ReadonlyMap<string, readonly number[]>;
}

/** Requests of one endpoint under way at once. */
const CONCURRENCY = 6;
const MAX_BYTES = 256 * 1024 * 1024;

/** Failures in which nothing can have reached Pylon. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** What one attempt came to. */
type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'limited'; readonly waitMs: number }
  | { readonly kind: 'failed'; readonly error: Error; readonly sent: boolean };

const isRead = ({ method, route }: PylonRequest) =>
  method === 'GET' || (method === 'POST' && route.endsWith('/search'));

function codeOf(error: unknown): string {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const { code } = inner as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return '';
}

function address(base: string, { route, params = {}, query = {} }: PylonRequest): URL {
  const path = route.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === '') throw new TypeError(`${route}: no value for {${name}}`);
    // `.` and `..` would be resolved away as path segments.
    return encodeURIComponent(value).replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'));
  });
  const url = new URL(base.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url;
}

/** A client of Pylon's API: all requests of this process, each endpoint within its limit. */
export function createPylon(options: PylonOptions): Pylon {
  const { limits, share, nextOrder } = options;
  const now = options.now ?? Date.now;
  const sleep = options.sleep ?? realSleep;
  const random = options.random ?? Math.random;
  const send = options.fetch ?? fetch;
  const retry = options.retry ?? BACKOFF;
  const timeoutMs = options.timeoutMs ?? 60_000;
  const report = options.report ?? (() => {});
  const closed = new AbortController();
  const budgets = new Map<string, Budget>();
  const occupied = new Map(
    [...(options.occupied ?? [])].map(([endpoint, times]) => [canonical(endpoint), times]),
  );
  let skewMs = 0;

  const allowed = (endpoint: string) => Math.max(1, Math.floor(limits.of(endpoint) * share));
  const budgetOf = (endpoint: string): Budget => {
    const name = canonical(endpoint);
    const held = budgets.get(name);
    if (held !== undefined) return held;
    const made = createBudget({
      endpoint,
      allowed: allowed(endpoint),
      intervalMs: limits.intervalMs,
      concurrency: CONCURRENCY,
      now,
      occupied: occupied.get(name) ?? [],
    });
    budgets.set(name, made);
    return made;
  };

  /** One request over the wire. Rejects only when `signal` was aborted, or with what retrying cannot mend. */
  async function attempt(request: PylonRequest, endpoint: string, signal: AbortSignal): Promise<Outcome> {
    const asked = nextOrder();
    const linked = link(signal);
    const timer = setTimeout(
      () => linked.abort(new TransientError(`${endpoint}: no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      const response = await send(address(options.url, request), {
        method: request.method,
        headers: {
          authorization: `Bearer ${options.token}`,
          accept: 'application/json',
          'user-agent': options.userAgent ?? 'pylon-sync',
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        // A redirect would carry the token to wherever it points.
        redirect: 'manual',
        signal: linked.signal,
      });
      return await judge(response, request, endpoint, asked);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PylonError || error instanceof AnswerTooLargeError) throw error;
      const cause = linked.signal.aborted ? linked.signal.reason : error;
      return { kind: 'failed', error: cause as Error, sent: !NEVER_SENT.has(codeOf(cause)) };
    } finally {
      clearTimeout(timer);
      linked.unlink();
    }
  }

  async function judge(
    response: Response,
    request: PylonRequest,
    endpoint: string,
    asked: bigint,
  ): Promise<Outcome> {
    const { status } = response;
    const header = Date.parse(response.headers.get('date') ?? '');
    const date = Number.isNaN(header) ? undefined : header;
    // The header has whole seconds: below that, the difference says nothing.
    if (date !== undefined && Math.abs(date - now() - skewMs) > 1000) skewMs = date - now();
    if (status === 429) {
      await response.body?.cancel();
      return { kind: 'limited', waitMs: retryAfter(response.headers, limits.intervalMs, now()) };
    }
    const failed = (reason: string): Outcome => ({
      kind: 'failed',
      error: new TransientError(`${endpoint}: ${reason}`),
      sent: true,
    });
    if (status >= 300 && status < 400) {
      await response.body?.cancel();
      const location = response.headers.get('location') ?? 'nowhere';
      throw new PylonError({
        ...{ endpoint, status, code: undefined, requestId: undefined, existsId: undefined },
        errors: [`redirected to ${location.split('?')[0]}; redirects are not followed: check PYLON_API_URL`],
      });
    }
    if (status >= 500) {
      const { body } = await readJson(response, endpoint, MAX_BYTES).catch(() => ({ body: undefined }));
      const { message } = refusal(endpoint, status, body);
      return failed(message.slice(endpoint.length + 2));
    }
    if (status >= 400) {
      const { body } = await readJson(response, endpoint, MAX_BYTES).catch(() => ({ body: undefined }));
      throw refusal(endpoint, status, body);
    }
    const { body, bytes } = await readJson(response, endpoint, request.maxBytes ?? MAX_BYTES);
    return { kind: 'answer', answer: { status, body, bytes, date, order: { asked, answered: nextOrder() } } };
  }

  async function perform(request: PylonRequest, count: (endpoint: string) => void): Promise<Answer> {
    const endpoint = `${request.method} ${request.route}`;
    const budget = budgetOf(endpoint);
    const linked = link(closed.signal, request.signal);
    const { signal } = linked;
    try {
      for (let failures = 0; ; ) {
        const once = () => {
          count(endpoint);
          return attempt(request, endpoint, signal);
        };
        const outcome = await budget.run(once, request.priority ?? 'backfill', signal);
        if (outcome.kind === 'answer') return outcome.answer;
        if (outcome.kind === 'limited') {
          // Refused before it was processed: safe to send again, whatever it is.
          budget.holdUntil(now() + outcome.waitMs);
          report({ level: 'warn', message: 'rate limited', endpoint, waitMs: outcome.waitMs });
          continue;
        }
        failures += 1;
        if (!isRead(request)) throw failedWrite(endpoint, outcome);
        if (failures >= retry.attempts) {
          throw new TransientError(`${endpoint}: gave up after ${failures} attempts`, {
            cause: outcome.error,
          });
        }
        const waitMs = backoff(retry, failures, random);
        const reason = reasonOf(outcome.error);
        report({
          level: 'info',
          message: 'request failed, trying again',
          endpoint,
          reason,
          attempt: failures,
          waitMs,
        });
        await sleep(waitMs, signal);
      }
    } finally {
      linked.unlink();
    }
  }

  const view = (count: (endpoint: string) => void): Pylon => ({
    request: (request) => perform(request, count),
    counted: (more) =>
      view((endpoint) => {
        count(endpoint);
        more(endpoint);
      }),
    perMinute: (endpoint) => (allowed(endpoint) * 60_000) / limits.intervalMs,
    uses: () => [...budgets.values()].map((budget) => budget.use()),
    now: () => now() + skewMs,
    close: async () => {
      closed.abort(new TransientError('the client was closed'));
      for (const budget of budgets.values()) budget.clear();
    },
  });
  return view(() => {});
}

function failedWrite(endpoint: string, { error, sent }: { error: Error; sent: boolean }): Error {
  return sent
    ? new UnknownOutcomeError(`${endpoint}: the answer was lost, it may or may not have been applied`, {
        cause: error,
      })
    : new TransientError(`${endpoint}: not sent`, { cause: error });
}
