import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { backoffMs } from '../../src/backoff.ts';
import { TransientError } from '../../src/errors.ts';
import type { ClientEvent } from '../../src/pylon/client.ts';
import { BACKOFF } from '../../src/pylon/wire/retry.ts';
import { ARRIVES_MS, hang, json, NO_ANSWER, type Respond, rejection, reset, test } from './serving.ts';

const page = (response: Parameters<Respond>[0], status: number) =>
  response.writeHead(status, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>');

interface Fault {
  readonly name: string;
  readonly respond: Respond;
  /** What is said of it. */
  readonly reason: RegExp;
  /** How long to wait for the answer; default: longer than it takes. */
  readonly timeoutMs?: number;
}

/** Every way in which a read can fail. */
const FAULTS: readonly Fault[] = [
  {
    name: '500',
    respond: (response) => json(response, { errors: ['oops'], request_id: 'r1' }, 500),
    reason: /500 oops \(request r1\)/,
  },
  {
    name: '502 with a page',
    respond: (response) => page(response, 502),
    reason: /502 the answer is not JSON \(text\/html\)/,
  },
  {
    name: '403 with a page',
    respond: (response) => page(response, 403),
    reason: /403 the answer is not JSON \(text\/html\)/,
  },
  {
    name: '404 with a page',
    respond: (response) => page(response, 404),
    reason: /404 the answer is not JSON \(text\/html\)/,
  },
  {
    name: '200 with errors and nothing else',
    respond: (response) => json(response, { errors: ['backend away'], request_id: 'r1' }),
    reason: /200 backend away \(request r1\)/,
  },
  { name: '503 without a word', respond: (response) => response.writeHead(503).end(), reason: /503/ },
  { name: '408', respond: (response) => response.writeHead(408).end(), reason: /408/ },
  {
    name: '200 with a page',
    respond: (response) => page(response, 200),
    reason: /200 with a body that is not JSON \(text\/html, 24 bytes\)/,
  },
  { name: 'a reset', respond: reset, reason: /ECONNRESET|other side closed/ },
  {
    name: 'a body shorter than announced',
    respond: (response) => {
      response.writeHead(200, { 'content-length': '500' });
      response.write('{"data"', () => response.socket?.destroy());
    },
    reason: /the answer broke off: other side closed/,
  },
  {
    name: 'a cut chunked body',
    respond: (response) => void response.write('{"data": []}', () => response.socket?.destroy()),
    reason: /the answer broke off: other side closed/,
  },
  {
    name: 'compressed text cut short',
    respond: (response) => {
      const body = gzipSync(JSON.stringify({ data: Array.from({ length: 99 }, (_, index) => index) }));
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body.subarray(0, 60));
    },
    reason: /not JSON/,
  },
  { name: 'no answer', respond: hang, reason: NO_ANSWER, timeoutMs: ARRIVES_MS },
  {
    name: 'half an answer',
    respond: (response) => response.write('{"data": ['),
    reason: NO_ANSWER,
    timeoutMs: ARRIVES_MS,
  },
  {
    name: 'half an error',
    respond: (response) =>
      response.writeHead(500, { 'content-type': 'application/json' }).write('{"errors": ['),
    reason: /500 the answer is not JSON/,
    timeoutMs: ARRIVES_MS,
  },
];

describe.concurrent.each(FAULTS.map((fault) => [fault.name, fault] as const))(
  'a read that meets %s',
  (_, fault) => {
    const { respond, reason, timeoutMs = 10_000 } = fault;

    test('is tried again', async ({ serve, connect }) => {
      const server = await serve((response, request, number) =>
        number < 2 ? respond(response, request, number) : json(response, { data: [1] }),
      );
      const events: ClientEvent[] = [];
      const client = connect(server.url, { timeoutMs, report: (event) => events.push(event) });
      const answer = await client.request({ method: 'GET', route: '/tags' });
      expect(answer.body).toEqual({ data: [1] });
      expect(server.seen).toHaveLength(events.length + 1);
      expect(events[0]).toMatchObject({ endpoint: 'GET /tags', attempt: 1, level: 'info' });
      expect(events[0]?.reason).toMatch(reason);
    });

    test('is given up after the last attempt, naming endpoint, attempts and reason', async ({
      serve,
      connect,
    }) => {
      const server = await serve(respond);
      const client = connect(server.url, { timeoutMs, retry: { attempts: 2, baseMs: 1, capMs: 1 } });
      const error = await rejection(client.request({ method: 'GET', route: '/tags' }));
      expect(error).toBeInstanceOf(TransientError);
      expect(error.message).toMatch(/^GET \/tags: gave up after 2 attempts: /);
      expect(error.message).toMatch(reason);
      expect(error.cause).toBeInstanceOf(Error);
      expect(server.seen).toHaveLength(2);
    });
  },
);

test('a search reads although it is a POST, and sends the same body again', async ({ serve, connect }) => {
  const server = await serve((response, _, number) => (number === 1 ? reset(response) : json(response, {})));
  const body = { filter: { field: 'state', operator: 'equals', value: 'new' }, limit: 2 };
  await connect(server.url).request({ method: 'POST', route: '/issues/search', body });
  expect(server.seen.map((request) => JSON.parse(request.body))).toEqual([body, body]);
});

test('a byte order mark before the JSON of an answer or a refusal is no part of it', async ({
  serve,
  connect,
}) => {
  const server = await serve((response, { path }) =>
    response
      .writeHead(path === '/me' ? 200 : 404, { 'content-type': 'application/json' })
      .end(`\uFEFF${JSON.stringify(path === '/me' ? { data: { id: 'a' } } : { errors: ['none'] })}`),
  );
  const pylon = connect(server.url);
  expect((await pylon.request({ method: 'GET', route: '/me' })).body).toEqual({ data: { id: 'a' } });
  const error = await rejection(pylon.request({ method: 'GET', route: '/macros' }));
  expect(error.message).toBe('GET /macros: 404 none');
});

test('a server that refuses connections is one to try again', async ({ serve, connect }) => {
  const server = await serve(hang);
  await server.close();
  const error = await rejection(connect(server.url).request({ method: 'GET', route: '/me' }));
  expect(error).toBeInstanceOf(TransientError);
  expect(error.message).toMatch(/^GET \/me: gave up after 4 attempts: .*ECONNREFUSED/);
});

test('waits grow exponentially to a cap, and are drawn from nothing to all of it', async ({
  serve,
  connect,
}) => {
  const full = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => backoffMs(BACKOFF, attempt, () => 1));
  expect(full).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(backoffMs(BACKOFF, 5, () => 0)).toBe(0);
  // Whole milliseconds, as they are shown.
  expect(backoffMs(BACKOFF, 1, () => 0.123456)).toBe(62);
  expect(backoffMs(BACKOFF, 5, () => 0.25)).toBe(2000);

  const server = await serve((response) => json(response, {}, 500));
  const slept: number[] = [];
  const draws = [0.5, 0.1, 1];
  const client = connect(server.url, {
    retry: { attempts: 4, baseMs: 100, capMs: 300 },
    random: () => draws.shift() ?? 0,
    sleep: async (ms) => void slept.push(ms),
  });
  await rejection(client.request({ method: 'GET', route: '/tags' }));
  expect(slept).toEqual([50, 20, 300]);
});

test('each attempt takes a new place in the order of requests', async ({ serve, connect }) => {
  const server = await serve((response, _, number) => json(response, {}, number < 3 ? 500 : 200));
  const { order } = await connect(server.url).request({ method: 'GET', route: '/tags' });
  expect(order).toEqual({ asked: 2n, answered: 3n });
});

test('what takes a place in the order may fail, and its own error comes out at once', async ({
  serve,
  connect,
}) => {
  const server = await serve((response) => json(response, {}));
  const lost = new Error('lease lost');
  let taken = 0;
  const nextOrder = () => {
    taken += 1;
    if (taken === 2) throw lost;
    return 1n;
  };
  expect(await rejection(connect(server.url, { nextOrder }).request({ method: 'GET', route: '/me' }))).toBe(
    lost,
  );
  expect(server.seen).toHaveLength(1);
});
