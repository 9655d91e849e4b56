import { reasonOf, TransientError, UnknownOutcomeError, UsageError } from '../errors.ts';
import { toJson } from '../exact.ts';
import { concealing, Secret } from '../secret.ts';
import { boundsOf, followingClock, momentNow, steadyNow } from './clock.ts';
import { PylonError } from './errors.ts';
import type { Turn } from './limits/budget.ts';
import { createBudgets } from './limits/budgets.ts';
import type { Limits } from './limits/limits.ts';
import { type Attempt, observed } from './observe.ts';
import { newReach } from './reach.ts';
import type { Answer, Priority, Pylon, PylonRequest } from './types.ts';
import { addressOf } from './wire/address.ts';
import {
  BACKOFF,
  type Backoff,
  backoff,
  sleep as realSleep,
  SHORTEST_PAUSE_MS,
  type Sleep,
} from './wire/retry.ts';
import { link } from './wire/signal.ts';
import { attempt, type Outcome, type Prepared, type Wire } from './wire/wire.ts';

/** Something an operator may want to know of; `message` is constant, the rest are fields. */
export interface ClientEvent {
  readonly level: 'debug' | 'info' | 'warn';
  readonly message: string;
  readonly endpoint: string;
  readonly reason?: string;
  readonly attempt?: number;
  readonly waitMs?: number;
  /** RFC 3339: the end of a wait that is longer than the limits explain. */
  readonly until?: string;
}

export interface PylonOptions {
  readonly url: string;
  readonly token: string;
  readonly limits: Limits;
  /** Part of each limit to use, above 0 and at most 1. */
  readonly share: number;
  /** A place in the order of requests: later than all taken before. */
  readonly nextOrder: () => bigint;
  /** Called as a request leaves that changes something; what it throws keeps that from leaving, and is thrown. */
  readonly beforeWrite?: () => void;
  /** For one attempt, its whole answer included; default 60,000. */
  readonly timeoutMs?: number;
  readonly retry?: Backoff;
  /** Epoch milliseconds; must not go back. */
  readonly now?: () => number;
  /** Our own clock, epoch milliseconds, which may be set at any time. Default: `Date.now`. */
  readonly wallClock?: () => number;
  readonly sleep?: Sleep;
  readonly random?: () => number;
  readonly fetch?: typeof fetch;
  readonly report?: (event: ClientEvent) => void;
  /** Told of every attempt that came to an end of its own; must return quickly and not throw. */
  readonly observe?: (attempt: Attempt) => void;
  readonly userAgent?: string;
  /** When an earlier process's last requests were answered, by endpoint, epoch milliseconds: they still count. */
  readonly occupied?: ReadonlyMap<string, readonly number[]>;
  /** Until when Pylon asked an earlier process to wait, by endpoint, epoch milliseconds. */
  readonly paused?: ReadonlyMap<string, number>;
  /** Bounds of what a 429 leads to: the shortest wait (1 s), and the longest between two attempts (ten minutes). */
  readonly pauses?: { readonly shortestMs?: number; readonly askEveryMs?: number };
}

const MAX_BYTES = 256 * 1024 * 1024;

/** Larger bodies are answered with 413, for good. */
const LARGEST_BODY = 10 * 1024 * 1024;

/** @throws PylonError in the place of Pylon's 413. */
function unlessTooLarge({ endpoint, init: { body } }: Prepared): void {
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : 0;
  if (bytes <= LARGEST_BODY) return;
  const error = `not sent: the body has ${bytes} bytes, and Pylon takes at most ${LARGEST_BODY}`;
  const nothing = { requestId: undefined, existsId: undefined };
  throw new PylonError({ endpoint, status: 413, code: 'payload_too_large', errors: [error], ...nothing });
}

const WARN_AFTER_MS = 60_000;
/** No limit of Pylon's explains a longer wait: something else is the matter, and a person may know what. */
const LONG_PAUSE_MS = 120_000;

function prepare(options: PylonOptions, request: PylonRequest): Prepared {
  const { method, route, body } = request;
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  return {
    endpoint: `${method} ${route}`,
    url: addressOf(options.url, request),
    init: {
      method,
      headers: {
        authorization: `Bearer ${options.token}`,
        accept: 'application/json',
        'user-agent': options.userAgent ?? 'pylon-sync',
        ...json,
      },
      ...(body === undefined ? {} : { body: toJson(body) }),
    },
    isRead: method === 'GET' || (method === 'POST' && route.endsWith('/search')),
    maxBytes: request.maxBytes ?? MAX_BYTES,
  };
}

/**
 * A client of Pylon's API: all requests of this process, each endpoint within its limit.
 *
 * @throws UsageError when no header can hold the token.
 */
export function createPylon(options: PylonOptions): Pylon {
  const { limits, share, token, pauses = {}, wallClock = Date.now } = options;
  // `fetch` would refuse it too, showing it.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UsageError('the API token holds characters that no token has');
  const now = options.now ?? steadyNow;
  const sleep = options.sleep ?? realSleep;
  const random = options.random ?? Math.random;
  const retry = options.retry ?? BACKOFF;
  const report = options.report ?? (() => {});
  const observe = options.observe ?? (() => {});
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
    fetch: options.fetch ?? fetch,
    timeoutMs: options.timeoutMs ?? 60_000,
    nextOrder: options.nextOrder,
    beforeWrite: options.beforeWrite ?? (() => {}),
    intervalMs: limits.intervalMs,
    shortestPauseMs: pauses.shortestMs ?? SHORTEST_PAUSE_MS,
    clock,
    conceal: concealing([new Secret(token)]),
  };

  async function perform(
    request: PylonRequest,
    count: (endpoint: string) => void,
    priority: Priority,
  ): Promise<Answer> {
    const prepared = prepare(options, request);
    unlessTooLarge(prepared);
    const { endpoint } = prepared;
    const budget = budgets.of(endpoint);
    const linked = link(closed.signal, request.signal);
    const { signal } = linked;
    const once = async (turn: Turn): Promise<Outcome> => {
      count(endpoint);
      const startedAt = performance.now();
      const outcome = await attempt(wire, prepared, signal);
      const seen = observed(endpoint, outcome, performance.now() - startedAt);
      reach.observe(seen);
      observe(seen);
      if (outcome.kind === 'limited') turn.limited(now() + outcome.waitMs);
      else if (outcome.kind !== 'failed' || outcome.status !== undefined) turn.answered();
      return outcome;
    };
    let refusedAt: number | undefined;
    try {
      for (let failures = 0; ; ) {
        const outcome = await budget.run(once, request.priority ?? priority, signal);
        if (outcome.kind === 'answer') return outcome.answer;
        if (outcome.kind === 'refused') throw outcome.error;
        if (outcome.kind === 'limited') {
          // Refused before it was processed: safe to send again, whatever it is.
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
        const waitMs = backoff(retry, failures, random);
        const message = 'request failed, trying again';
        report({ level: 'info', message, endpoint, reason, attempt: failures, waitMs });
        await sleep(waitMs, signal);
      }
    } finally {
      linked.unlink();
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

/** Others use the same limits: only what lasts, or no limit explains, is worth a warning. */
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

/** Why it failed, where the message already names the endpoint. */
const reasonFor = (endpoint: string, error: unknown) => reasonOf(error).replace(`${endpoint}: `, '');

function failedWrite(endpoint: string, { error, sent }: { error: unknown; sent: boolean }): Error {
  const reason = reasonFor(endpoint, error);
  return sent
    ? new UnknownOutcomeError(
        `${endpoint}: the answer was lost, it may or may not have been applied: ${reason}`,
        { cause: error },
      )
    : new TransientError(`${endpoint}: not sent: ${reason}`, { cause: error });
}
