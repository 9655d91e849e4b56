import type { ServerResponse } from 'node:http';
import { describe, expect } from 'vitest';
import type { ClientEvent } from '../../src/pylon/client.ts';
import { retryAfter } from '../../src/pylon/wire/retry.ts';
import { json, rejection, sameLimit, test } from './serving.ts';

const LIMITED = { errors: ['too many requests'], request_id: 'r1', code: 'rate_limited' };

describe('how long a 429 asks to wait', () => {
  const NOW = Date.parse('2026-11-24T12:00:00Z');
  const wait = (headers: Record<string, string>) => retryAfter(new Headers(headers), 60_000, NOW);

  test('is X-Retry-After, then Retry-After in seconds or as a date, then 65 s for a minute', () => {
    expect(wait({ 'x-retry-after': '7', 'retry-after': '9' })).toBe(7000);
    expect(wait({ 'retry-after': '9' })).toBe(9000);
    expect(wait({ 'retry-after': '1.5' })).toBe(1500);
    expect(wait({ 'retry-after': 'Tue, 24 Nov 2026 12:00:20 GMT' })).toBe(20_000);
    expect(wait({})).toBe(65_000);
    expect(retryAfter(new Headers(), 6_000, NOW)).toBe(6_500);
  });

  test.each([
    ['seconds of a day', '86400', 86_400_000],
    ['seconds of a year and a half, cut to a year', '47304000', 366 * 86_400_000],
    ['an epoch in seconds', String(NOW / 1000 + 90), 90_000],
    ['an epoch in milliseconds', String(NOW + 90_000), 90_000],
    ['an epoch that is over', '1595860000', 1_000],
    ['an epoch in milliseconds that is over', '1595860000000', 1_000],
    ['an epoch after the last date there is', '8640000000001000', 366 * 86_400_000],
    ['a number beyond all', '1e300', 366 * 86_400_000],
  ])('reads %s', (_, text, ms) => {
    expect(wait({ 'x-retry-after': text })).toBe(ms);
    expect(wait({ 'retry-after': text })).toBe(ms);
  });

  test('is a second at least', () => {
    expect(wait({ 'x-retry-after': '0' })).toBe(1_000);
    expect(wait({ 'x-retry-after': '-3' })).toBe(1_000);
    expect(wait({ 'retry-after': 'Tue, 24 Nov 2026 11:00:00 GMT' })).toBe(1_000);
  });

  test('passes over what it cannot read', () => {
    expect(wait({ 'x-retry-after': 'soon', 'retry-after': '9' })).toBe(9000);
    expect(wait({ 'x-retry-after': 'in 5', 'retry-after': '' })).toBe(65_000);
    expect(wait({ 'x-retry-after': 'Infinity' })).toBe(65_000);
  });
});

test('after a 429 only that endpoint waits, as long as the server says', async ({ serve, connect }) => {
  const server = await serve((response, { path }, number) =>
    path === '/issues' && number === 1
      ? json(response, LIMITED, 429, { 'x-retry-after': '1' })
      : json(response, { data: [] }),
  );
  const events: ClientEvent[] = [];
  let tell = () => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const client = connect(server.url, {
    report(event) {
      events.push(event);
      tell();
    },
  });
  const limited = client.request({ method: 'GET', route: '/issues' });
  await told;
  await client.request({ method: 'GET', route: '/accounts' });
  expect((await limited).status).toBe(200);
  expect(server.seen.map(({ path }) => path)).toEqual(['/issues', '/accounts', '/issues']);
  const [first, , again] = server.seen.map(({ at }) => at);
  expect((again ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(999);
  expect(events).toEqual([
    { level: 'info', message: 'rate limited', endpoint: 'GET /issues', waitMs: 1_000 },
  ]);
});

test('a request that others leave no room for is told of louder after a minute', async ({
  serve,
  connect,
}) => {
  const server = await serve((response, _, number) =>
    number < 4 ? json(response, LIMITED, 429, { 'x-retry-after': '0' }) : json(response, {}),
  );
  const levels: string[] = [];
  let ahead = 0;
  const client = connect(server.url, {
    now: () => performance.timeOrigin + performance.now() + ahead,
    report: ({ level }) => {
      levels.push(level);
      ahead += 35_000;
    },
  });
  await client.request({ method: 'GET', route: '/issues' });
  expect(levels).toEqual(['info', 'info', 'warn']);
});

test('a wait that no limit explains is told of louder at once, with its end', async ({ serve, connect }) => {
  const server = await serve((response, _, number) =>
    number === 1 ? json(response, LIMITED, 429, { 'x-retry-after': '86400' }) : json(response, { data: [] }),
  );
  const events: ClientEvent[] = [];
  const client = connect(server.url, {
    report: (event) => events.push(event),
    pauses: { askEveryMs: 20 },
  });
  await client.request({ method: 'GET', route: '/issues' });
  expect(events).toEqual([
    {
      ...{ level: 'warn', message: 'rate limited', endpoint: 'GET /issues', waitMs: 86_400_000 },
      until: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    },
  ]);
  expect(client.uses()[0]?.pausedUntil).toBe(0);
});

test('while a server refuses everything one request asks at a time, however many wait', async ({
  serve,
  connect,
}) => {
  const first: ServerResponse[] = [];
  const refuse = (response: ServerResponse) => json(response, LIMITED, 429, { 'x-retry-after': '0' });
  let together = 0;
  let most = 0;
  let mostWhileRefused: number | undefined;
  const server = await serve(async (response, _, number) => {
    if (number <= 6) {
      // Those that left before anything was known, refused once all of them are there.
      if (first.push(response) === 6) for (const one of first) refuse(one);
      return;
    }
    together += 1;
    most = Math.max(most, together);
    await new Promise((resolve) => setTimeout(resolve, 5));
    together -= 1;
    if (number < 12) return refuse(response);
    mostWhileRefused ??= number === 12 ? most : undefined;
    return json(response, {});
  });
  const client = connect(server.url);
  await Promise.all(Array.from({ length: 60 }, () => client.request({ method: 'GET', route: '/issues' })));
  expect(mostWhileRefused).toBe(1);
  // The eleven that were refused, and the sixty.
  expect(server.seen).toHaveLength(71);
});

test('an endpoint that an earlier process was asked to leave alone is asked by one request first', async ({
  serve,
  connect,
}) => {
  const server = await serve((response) => json(response, LIMITED, 429, { 'x-retry-after': '3600' }));
  const client = connect(server.url, {
    paused: new Map([['GET /issues', Date.now() + 3_600_000]]),
  });
  const stop = new AbortController();
  const { signal } = stop;
  const all = Array.from({ length: 9 }, () => client.request({ method: 'GET', route: '/issues', signal }));
  const ended = Promise.allSettled(all);
  await expect.poll(() => server.seen.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(server.seen).toHaveLength(1);
  stop.abort(new Error('enough'));
  await ended;
});

test('what is queued behind a refused request does not leave during the pause', async ({
  serve,
  connect,
}) => {
  const refused: ServerResponse[] = [];
  const server = await serve((response, _, number) => {
    if (number > 6) return json(response, {});
    // Refused once all of them are there.
    if (refused.push(response) < 6) return;
    for (const one of refused) json(one, LIMITED, 429, { 'x-retry-after': '0.25' });
  });
  const client = connect(server.url);
  await Promise.all(Array.from({ length: 30 }, () => client.request({ method: 'GET', route: '/issues' })));
  const times = server.seen.map(({ at }) => at);
  // Six were under way side by side; the next left when their pause was over.
  expect((times[6] ?? 0) - (times[5] ?? 0)).toBeGreaterThanOrEqual(249);
  expect(times).toHaveLength(36);
});

test('of several pauses asked for side by side the longest holds', async ({ serve, connect }) => {
  const server = await serve((response, _, number) => {
    if (number > 3) return json(response, {});
    const answer = () => json(response, LIMITED, 429, { 'x-retry-after': number === 1 ? '0.4' : '0.01' });
    return setTimeout(answer, number * 15);
  });
  const client = connect(server.url);
  await Promise.all([1, 2, 3].map(() => client.request({ method: 'GET', route: '/issues' })));
  const times = server.seen.map(({ at }) => at);
  expect((times[3] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(400);
});

test.for(['GET', 'POST', 'PATCH', 'DELETE'] as const)(
  'a %s refused for the limit was not processed and is sent again, unchanged',
  async (method, { serve, connect }) => {
    const server = await serve((response, _, number) =>
      number < 3 ? json(response, LIMITED, 429, { 'x-retry-after': '0' }) : json(response, { data: 1 }),
    );
    const body = method === 'GET' ? {} : { body: { title: 'ß' } };
    const answer = await connect(server.url).request({
      method,
      route: '/issues/{id}',
      params: { id: 'a' },
      ...body,
    });
    expect(answer.body).toEqual({ data: 1 });
    expect(server.seen.map(({ body }) => body)).toEqual(
      Array(3).fill(method === 'GET' ? '' : '{"title":"ß"}'),
    );
  },
);

test('a request sent again counts against the limit, and for whoever counts', async ({ serve, connect }) => {
  const server = await serve((response, _, number) =>
    number === 1 ? json(response, LIMITED, 429, { 'x-retry-after': '0' }) : json(response, {}),
  );
  const client = connect(server.url, { limits: sameLimit(5, 60_000) });
  const outer: string[] = [];
  const inner: string[] = [];
  const counted = client.counted((endpoint) => outer.push(endpoint));
  await counted.counted((endpoint) => inner.push(endpoint)).request({ method: 'GET', route: '/tags' });
  await counted.request({ method: 'GET', route: '/tags' });
  expect(client.uses()).toMatchObject([{ endpoint: 'GET /tags', limit: 5, used: 3, queued: 0 }]);
  expect(outer).toEqual(['GET /tags', 'GET /tags', 'GET /tags']);
  expect(inner).toEqual(['GET /tags', 'GET /tags']);
});

test('a 429 whose body is cut short is one all the same', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, { data: {} }));
  const cut = new ReadableStream({ start: (stream) => stream.error(new Error('cut short')) });
  const answers = [new Response(cut, { status: 429, headers: { 'x-retry-after': '0.02' } })];
  const client = connect(server.url, {
    fetch: async (...request) => answers.shift() ?? (await fetch(...request)),
  });
  const write = { method: 'DELETE', route: '/tags/{id}', params: { id: 'a' } } as const;
  expect((await client.request(write)).status).toBe(200);
  expect(server.seen).toHaveLength(1);
});

test('a date to wait for is read on the clock of the server', async ({ serve, connect }) => {
  const there = Date.parse('2031-01-01T00:00:00Z');
  const http = (ms: number) => new Date(ms).toUTCString();
  const server = await serve((response, _, number) =>
    number === 1
      ? json(response, LIMITED, 429, { date: http(there), 'retry-after': http(there + 40_000) })
      : json(response, {}),
  );
  const client = connect(server.url);
  const stop = new AbortController();
  const request = client.request({ method: 'GET', route: '/issues', signal: stop.signal });
  await expect.poll(() => client.uses()[0]?.pausedUntil ?? 0).toBeGreaterThan(0);
  const left = (client.uses()[0]?.pausedUntil ?? 0) - Date.now();
  expect(left).toBeGreaterThan(35_000);
  expect(left).toBeLessThanOrEqual(40_000);
  stop.abort(new Error('enough'));
  expect((await rejection(request)).message).toBe('enough');
});
