import { backoffMs } from '../backoff.ts';
import { reasonOf, TransientError, UnknownOutcomeError, UsageError } from '../errors.ts';
import { toJson } from '../exact.ts';
import type { Fetch } from '../network/exchange.ts';
import { newFetch } from '../network/fetch.ts';
import { concealing, Secret } from '../secret.ts';
import { sleep as realSleep, type Sleep } from '../sleep.ts';
import { boundsOf, followingClock, momentNow, steadyNow } from './clock.ts';
import { PylonError } from './errors.ts';
import type { Turn } from './limits/budget.ts';
import { createBudgets } from './limits/budgets.ts';
import type { Limits } from './limits/limits.ts';
import { type Attempt, observed } from './observe.ts';
import { newReach } from './reach.ts';
import { link } from './signal.ts';
import type { Answer, Priority, Pylon, PylonRequest } from './types.ts';
import { addressOf } from './wire/address.ts';
import { encodeForm } from './wire/form.ts';
import { BACKOFF, type Backoff, SHORTEST_PAUSE_MS } from './wire/retry.ts';
import { attempt, type Outcome, type Prepared, type Wire } from './wire/wire.ts';

/** An event for the log; `message` is constant, the rest are fields. */
export interface ClientEvent {
  readonly level: 'debug' | 'info' | 'warn';
  readonly message: string;
  readonly endpoint: string;
  readonly reason?: string;
  readonly attempt?: number;
  readonly waitMs?: number;
  /** The end of a wait that is longer than the limits explain, RFC 3339. */
  readonly until?: string;
}

export interface PylonOptions {
  readonly url: string;
  readonly token: string;
  readonly limits: Limits;
  /** Share of each limit to use, above 0 and at most 1. */
  readonly share: number;
  /** Returns a place in the order of requests, higher than all before. */
  readonly nextOrder: () => bigint;
  /** Called just before a write is sent. If it throws, the write is not sent and the error is thrown on. */
  readonly beforeWrite?: () => void;
  /** Time limit for one attempt, including its whole answer, in milliseconds; default 60,000. */
  readonly timeoutMs?: number;
  readonly retry?: Backoff;
  /** Epoch milliseconds; must not go back. */
  readonly now?: () => number;
  /** Our own clock, epoch milliseconds, which may be set at any time. Default: `Date.now`. */
  readonly wallClock?: () => number;
  readonly sleep?: Sleep;
  readonly random?: () => number;
  /** Default: by undici, without a proxy. */
  readonly fetch?: Fetch;
  readonly report?: (event: ClientEvent) => void;
  /** Called for every attempt that was not aborted; must return quickly and not throw. */
  readonly observe?: (attempt: Attempt) => void;
  readonly userAgent?: string;
  /** When an earlier process's last requests were answered, by endpoint, epoch milliseconds: they still count. */
  readonly occupied?: ReadonlyMap<string, readonly number[]>;
  /** Until when Pylon asked an earlier process to wait, by endpoint, epoch milliseconds. */
  readonly paused?: ReadonlyMap<string, number>;
  /**
   * Bounds of the pause after a 429, in milliseconds: the shortest pause (default 1 s), and the longest time between
   * two probes (default ten minutes).
   */
  readonly pauses?: { readonly shortestMs?: number; readonly askEveryMs?: number };
}

const MAX_BYTES = 256 * 1024 * 1024;

/** Pylon answers larger bodies with 413, and a retry cannot help. */
const LARGEST_BODY = 10 * 1024 * 1024;

/** @throws PylonError with status 413, without sending the request, when the body is too large for Pylon. */
function unlessTooLarge({ endpoint, sending: { body } }: Prepared): void {
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : 0;
  if (bytes <= LARGEST_BODY) return;
  const error = `not sent: the body has ${bytes} bytes, and Pylon takes at most ${LARGEST_BODY}`;
  const nothing = { requestId: undefined, existsId: undefined };
  throw new PylonError({ endpoint, status: 413, code: 'payload_too_large', errors: [error], ...nothing });
}

const WARN_AFTER_MS = 60_000;
/** No limit of Pylon's explains a longer pause, so a person should look for another cause. */
const LONG_PAUSE_MS = 120_000;

type Headers = Prepared['sending']['headers'];

/** The headers of requests, by their type of content: made once for all requests without a form. */
function headersOf({ token, userAgent = 'pylon-sync' }: PylonOptions): (content?: string) => Headers {
  const common = { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': userAgent };
  const json = { ...common, 'content-type': 'application/json' };
  return (content) => {
    if (content === undefined) return common;
    return content === 'application/json' ? json : { ...common, 'content-type': content };
  };
}

function prepare(url: string, headers: (content?: string) => Headers, request: PylonRequest): Prepared {
  const { method, route, body } = request;
  const form = request.form === undefined ? undefined : encodeForm(request.form);
  const content = form?.type ?? (body === undefined ? undefined : 'application/json');
  return {
    endpoint: `${method} ${route}`,
    url: addressOf(url, request),
    sending: {
      method,
      headers: headers(content),
      ...(form === undefined ? (body === undefined ? {} : { body: toJson(body) }) : { body: form.body }),
    },
    isRead: method === 'GET' || (method === 'POST' && route.endsWith('/search')),
    maxBytes: request.maxBytes ?? MAX_BYTES,
  };
}

/**
 * Creates a client of Pylon's API, which keeps the requests to each endpoint within its limit. A process needs one
 * for all its requests.
 *
 * @throws UsageError when the token has characters that a header cannot carry.
 */
export function createPylon(options: PylonOptions): Pylon {
  const { limits, share, token, pauses = {}, wallClock = Date.now } = options;
  // `fetch` would refuse the token too, with the token in its message.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new UsageError('the API token contains characters that no token has');
  const now = options.now ?? steadyNow;
  const sleep = options.sleep ?? realSleep;
  const random = options.random ?? Math.random;
  const retry = options.retry ?? BACKOFF;
  const report = options.report ?? (() => {});
  const observe = options.observe ?? (() => {});
  const headers = headersOf(options);
  const closed = new AbortController();
  const clock = followingClock(now);
  const reach = newReach(now);
  const allowed = (endpoint: string) => Math.max(1, Math.floor(limits.of(endpoint) * share));
  const budgets = createBudgets({
    allowed,
    intervalMs: limits.intervalMs,
    now,
    occupied: options.occupied ?? new Map(),
    paused: options.paused ?? new Map(),
    askEveryMs: pauses.askEveryMs,
  });
  const wire: Wire = {
    fetch: options.fetch ?? newFetch(),
    timeoutMs: options.timeoutMs ?? 60_000,
    nextOrder: options.nextOrder,
    beforeWrite: options.beforeWrite ?? (() => {}),
    intervalMs: limits.intervalMs,
    shortestPauseMs: pauses.shortestMs ?? SHORTEST_PAUSE_MS,
    clock,
    conceal: concealing([new Secret(token)]),
  };

  async function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
    const linked = link(...signals);
    try {
      await sleep(ms, linked.signal);
    } finally {
      linked.unlink();
    }
  }

  async function perform(
    request: PylonRequest,
    count: (endpoint: string) => void,
    priority: Priority,
  ): Promise<Answer> {
    const prepared = prepare(options.url, headers, request);
    unlessTooLarge(prepared);
    const { endpoint } = prepared;
    const budget = budgets.of(endpoint);
    const signals = request.signal === undefined ? [closed.signal] : [closed.signal, request.signal];
    const once = async (turn: Turn): Promise<Outcome> => {
      count(endpoint);
      const startedAt = performance.now();
      const outcome = await attempt(wire, prepared, ...signals);
      const seen = observed(endpoint, outcome, performance.now() - startedAt);
      reach.observe(seen);
      observe(seen);
      if (outcome.kind === 'limited') turn.limited(now() + outcome.waitMs);
      else if (outcome.kind !== 'failed' || outcome.status !== undefined) turn.answered();
      return outcome;
    };
    let refusedAt: number | undefined;
    for (let failures = 0; ; ) {
      const outcome = await budget.run(once, request.priority ?? priority, ...signals);
      if (outcome.kind === 'answer') return outcome.answer;
      if (outcome.kind === 'refused') throw outcome.error;
      if (outcome.kind === 'limited') {
        // Pylon did not process the request, so even a write can be sent again.
        refusedAt ??= now();
        report(limitedEvent(endpoint, outcome.waitMs, now() - refusedAt));
        continue;
      }
      failures += 1;
      if (!prepared.isRead) throw failedWrite(endpoint, outcome);
      const { error: cause } = outcome;
      const reason = reasonFor(endpoint, cause);
      if (failures >= retry.attempts) {
        throw new TransientError(`${endpoint}: gave up after ${failures} attempts: ${reason}`, {
          cause,
        });
      }
      const waitMs = backoffMs(retry, failures, random);
      const message = 'request failed, trying again';
      report({ level: 'info', message, endpoint, reason, attempt: failures, waitMs });
      await pause(waitMs, signals);
    }
  }

  const view = (count: (endpoint: string) => void, priority: Priority): Pylon => ({
    request: (request) => perform(request, count, priority),
    counted: (more) =>
      view((endpoint) => {
        count(endpoint);
        more(endpoint);
      }, priority),
    prioritised: (other) => view(count, other),
    perMinute: (endpoint) => (allowed(endpoint) * 60_000) / limits.intervalMs,
    intervalMs: limits.intervalMs,
    uses: () => budgets.all().map((budget) => budget.use()),
    time: () => boundsOf(wallClock(), clock.isKnown() ? clock.now() : undefined),
    moment: () => momentNow(wallClock),
    aheadMs: () => (clock.isKnown() ? clock.now() - wallClock() : undefined),
    reach: () => reach.state(),
    close: async () => {
      closed.abort(new TransientError('the client was closed'));
      for (const budget of budgets.all()) budget.clear();
    },
  });
  return view(() => {}, 'backfill');
}

/** Other programs use the same limits, so only a lasting or unexplained pause is a warning. */
function limitedEvent(endpoint: string, waitMs: number, sinceMs: number): ClientEvent {
  const isLong = waitMs > LONG_PAUSE_MS;
  return {
    level: isLong || sinceMs >= WARN_AFTER_MS ? 'warn' : 'info',
    message: 'rate limited',
    endpoint,
    waitMs,
    ...(isLong ? { until: new Date(Date.now() + waitMs).toISOString() } : {}),
  };
}

/** The reason of a failure, without the endpoint at its beginning. */
const reasonFor = (endpoint: string, error: unknown) => reasonOf(error).replace(`${endpoint}: `, '');

function failedWrite(endpoint: string, { error, sent }: { error: unknown; sent: boolean }): Error {
  const reason = reasonFor(endpoint, error);
  return sent
    ? new UnknownOutcomeError(
        `${endpoint}: the answer was lost; the request may or may not have been applied: ${reason}`,
        { cause: error },
      )
    : new TransientError(`${endpoint}: not sent: ${reason}`, { cause: error });
}
