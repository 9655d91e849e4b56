import { getEventListeners } from 'node:events';
import { describe, expect } from 'vitest';
import { PermanentError, TransientError, UnknownOutcomeError } from '../../src/errors.ts';
import { followingClock } from '../../src/pylon/clock.ts';
import { link } from '../../src/pylon/signal.ts';
import type { Pylon } from '../../src/pylon/types.ts';
import { attempt, type Wire } from '../../src/pylon/wire/wire.ts';
import { sleep } from '../../src/sleep.ts';
import { hang, json, type Respond, rejection, sameLimit, type TestServer, test } from './serving.ts';

const REASON = new Error('stopped by the test');
const GET = { method: 'GET', route: '/tags' } as const;
const POST = { method: 'POST', route: '/tags', body: {} } as const;

interface Phase {
  readonly name: string;
  /** How the server answers. */
  readonly respond: Respond;
  /** Whether the request is there by now. */
  readonly reached: (client: Pylon, server: TestServer) => boolean;
}

/** Where a request can be when it is aborted. */
const PHASES: readonly Phase[] = [
  {
    name: 'held back after a 429',
    respond: (response) => json(response, {}, 429, { 'x-retry-after': '3600' }),
    reached: (client) => (client.uses()[0]?.pausedUntil ?? 0) > 0,
  },
  {
    name: 'sleeping between two tries',
    respond: (response) => json(response, {}, 500),
    reached: (client) => client.uses()[0]?.answeredAt.length === 1,
  },
  { name: 'waiting for the answer', respond: hang, reached: (_, { seen }) => seen.length === 1 },
  {
    name: 'in the middle of the body',
    respond: (response) => response.write('{"data": ['),
    reached: (_, { seen }) => seen.length === 1,
  },
];

/** Nothing but the abort ends these requests within an hour. */
const PATIENT = {
  timeoutMs: 3_600_000,
  retry: { attempts: 9, baseMs: 3.6e6, capMs: 3.6e6 },
  random: () => 1,
};

describe.each(PHASES.map((phase) => [phase.name, phase] as const))('a request that is %s', (_, phase) => {
  const { respond, reached } = phase;

  test('rejects with the reason of its signal as soon as it is aborted', async ({ serve, connect }) => {
    const server = await serve(respond);
    const client = connect(server.url, PATIENT);
    const stop = new AbortController();
    const rejected = rejection(client.request({ ...GET, signal: stop.signal }));
    await expect.poll(() => reached(client, server)).toBe(true);
    // What the server has sent is on its way.
    await sleep(20);
    stop.abort(REASON);
    expect(await rejected).toBe(REASON);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    expect(server.seen).toHaveLength(1);
    expect(client.uses()).toMatchObject([{ queued: 0, used: 1 }]);
  });

  test('rejects when the client is closed', async ({ serve, connect }) => {
    const server = await serve(respond);
    const client = connect(server.url, PATIENT);
    const rejected = rejection(client.request(GET));
    await expect.poll(() => reached(client, server)).toBe(true);
    await client.close();
    const error = await rejected;
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toBe('the client was closed');
  });
});

test('a queued request rejects when aborted, and does not leave when its turn would come', async ({
  serve,
  connect,
}) => {
  const server = await serve((response) => json(response, {}));
  const client = connect(server.url, { limits: sameLimit(1, 200) });
  await client.request(GET);
  const stop = new AbortController();
  const rejected = rejection(client.request({ ...GET, signal: stop.signal }));
  const next = client.request({ ...GET, query: { next: true } });
  stop.abort(REASON);
  expect(await rejected).toBe(REASON);
  await next;
  expect(server.seen.map(({ path }) => path)).toEqual(['/tags', '/tags?next=true']);
});

test('a request whose signal is aborted already is not sent', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, {}));
  const client = connect(server.url);
  expect(await rejection(client.request({ ...GET, signal: AbortSignal.abort(REASON) }))).toBe(REASON);
  await client.request(GET);
  expect(server.seen).toHaveLength(1);
  expect(client.uses()).toMatchObject([{ used: 1 }]);
});

/** What another request failed with, and what might be taken for the failure of one's own. */
const REASONS = [REASON, new TransientError('the client was closed'), new PermanentError('no token')];

test.for(REASONS)(
  'a write that is aborted on its way may have been applied, whatever the reason',
  async (reason, { serve, connect }) => {
    const server = await serve(hang);
    const stop = new AbortController();
    const client = connect(server.url);
    const rejected = rejection(client.request({ ...POST, signal: stop.signal }));
    await expect.poll(() => server.seen.length).toBe(1);
    stop.abort(reason);
    const error = await rejected;
    expect(error).toBeInstanceOf(UnknownOutcomeError);
    expect(error.cause).toBe(reason);
    // Nobody takes it for a failure of Pylon's.
    expect(client.reach().silentSince).toBeUndefined();
  },
);

test('a write whose signal is aborted before it leaves rejects with the reason', async ({
  serve,
  connect,
}) => {
  const server = await serve((response) => json(response, {}));
  const stop = new AbortController();
  const client = connect(server.url, { beforeWrite: () => stop.abort(REASON) });
  expect(await rejection(client.request({ ...POST, signal: stop.signal }))).toBe(REASON);
  expect(server.seen).toEqual([]);
});

test('one attempt alone rejects with the reason, and answers nothing of its own', async ({ serve }) => {
  const server = await serve(hang);
  const wire: Wire = {
    fetch,
    timeoutMs: 10_000,
    nextOrder: () => 0n,
    beforeWrite: () => {},
    intervalMs: 60_000,
    shortestPauseMs: 0,
    clock: followingClock(Date.now),
    conceal: (text) => text,
  };
  const url = new URL(server.url);
  const stop = new AbortController();
  const request = {
    endpoint: 'GET /',
    url,
    sending: { method: 'GET', headers: {} },
    isRead: true,
    maxBytes: 100,
  };
  const rejected = rejection(attempt(wire, request, stop.signal));
  await expect.poll(() => server.seen.length).toBe(1);
  stop.abort(REASON);
  expect(await rejected).toBe(REASON);
});

test('aborted requests give their places to others', async ({ serve, connect }) => {
  const server = await serve((response, { path }) =>
    path === '/tags' ? undefined : json(response, { data: 1 }),
  );
  const client = connect(server.url);
  const stop = new AbortController();
  const all = Array.from({ length: 20 }, () => rejection(client.request({ ...GET, signal: stop.signal })));
  await expect.poll(() => server.seen.length).toBe(6);
  const waiting = client.request({ ...GET, query: { quick: true } });
  stop.abort(REASON);
  expect(await Promise.all(all)).toEqual(Array(20).fill(REASON));
  expect((await waiting).body).toEqual({ data: 1 });
  expect(server.seen).toHaveLength(7);
});

test('close rejects what is queued, and every later request', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, {}));
  const client = connect(server.url, { limits: sameLimit(1) });
  await client.request(GET);
  const queued = [1, 2, 3].map(() => rejection(client.request(GET)));
  await client.close();
  for (const error of await Promise.all(queued)) expect(error.message).toBe('the client was closed');
  const later = [client, client.counted(() => {})].map((view) => rejection(view.request(POST)));
  for (const error of await Promise.all(later)) {
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toBe('the client was closed');
  }
  expect(server.seen).toHaveLength(1);
  await client.close();
});

test('a signal that lives long collects nothing', async ({ serve, connect }) => {
  const server = await serve((response, _, number) => json(response, {}, number % 50 === 0 ? 500 : 200));
  const client = connect(server.url);
  const { signal } = new AbortController();
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  await Promise.all(Array.from({ length: 1_000 }, () => client.request({ ...GET, signal })));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(warnings).toEqual([]);
});

test('a linked signal aborts with the reason of whichever came first, until it is let go of', () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const linked = link(a.signal, undefined, b.signal);
  const other = link(a.signal, b.signal);
  other.unlink();
  b.abort('b');
  a.abort('a');
  expect(linked.signal.reason).toBe('b');
  expect(other.signal.aborted).toBe(false);
  expect(link(a.signal).signal.reason).toBe('a');
});
