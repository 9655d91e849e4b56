import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { AnswerTooLargeError } from '../../src/pylon/errors.ts';
import { addressOf } from '../../src/pylon/wire/address.ts';
import { json, rejection, sameLimit, TOKEN, test } from './serving.ts';

test('a read carries the token, the query and no body', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, {}));
  await connect(server.url, { userAgent: 'pylon-sync/1.2.3' }).request({
    method: 'GET',
    route: '/issues',
    query: { start_time: '2026-01-01T00:00:00+00:00', limit: 5, include: true },
  });
  const [request] = server.seen;
  expect(request).toMatchObject({ method: 'GET', body: '' });
  expect(request?.path).toBe('/issues?start_time=2026-01-01T00%3A00%3A00%2B00%3A00&limit=5&include=true');
  expect(request?.headers).toMatchObject({
    authorization: `Bearer ${TOKEN}`,
    accept: 'application/json',
    'user-agent': 'pylon-sync/1.2.3',
  });
  expect(request?.headers).not.toHaveProperty('content-type');
});

test('a write carries its body as JSON', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, { data: {} }));
  const body = { title: 'Grüße 🐘', tags: [], note: '' };
  await connect(server.url).request({ method: 'PATCH', route: '/issues/{id}', params: { id: '1' }, body });
  expect(server.seen[0]?.headers['content-type']).toBe('application/json');
  expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual(body);
});

test.for([
  ['a/b', 'a%2Fb'],
  ['a?b#c', 'a%3Fb%23c'],
  ['äö 🐘', '%C3%A4%C3%B6%20%F0%9F%90%98'],
  ['../me', '..%2Fme'],
  ['...', '...'],
  ['a.b', 'a.b'],
  ['%2e%2e', '%252e%252e'],
  ['$&', '%24%26'],
] as const)('an id of %s is one segment of the path', async ([id, sent], { serve, connect }) => {
  const server = await serve((response) => json(response, {}));
  await connect(server.url).request({ method: 'GET', route: '/issues/{id}/messages', params: { id } });
  expect(server.seen[0]?.path).toBe(`/issues/${sent}/messages`);
});

test('the address of the API may have a path of its own', () => {
  const request = { method: 'GET', route: '/issues/{id}', params: { id: 'a' }, query: { limit: 1 } } as const;
  expect(addressOf('https://proxy.example/pylon/v1/', request).href).toBe(
    'https://proxy.example/pylon/v1/issues/a?limit=1',
  );
});

test('an answer tells its status, size, place in the order, and time', async ({ serve, connect }) => {
  const date = 'Tue, 24 Nov 2026 12:00:00 GMT';
  const server = await serve((response) => json(response, { data: 'é' }, 201, { date }));
  expect(await connect(server.url).request({ method: 'POST', route: '/tags', body: {} })).toEqual({
    status: 201,
    body: { data: 'é' },
    bytes: 13,
    date: Date.parse(date),
    order: { asked: 0n, answered: 1n },
  });
});

test('an empty answer and one without a date are answers', async ({ serve, connect }) => {
  const server = await serve((response) => {
    response.sendDate = false;
    response.writeHead(204).end();
  });
  const answer = await connect(server.url).request({
    method: 'DELETE',
    route: '/tags/{id}',
    params: { id: 'a' },
  });
  expect(answer).toMatchObject({ status: 204, body: undefined, bytes: 0, date: undefined });
});

test('compressed answers are taken, and measured as they are held', async ({ serve, connect }) => {
  const body = JSON.stringify({ data: 'x'.repeat(10_000) });
  const server = await serve((response, { headers }) => {
    expect(headers['accept-encoding']).toContain('gzip');
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
  });
  const client = connect(server.url);
  const request = { method: 'GET', route: '/tags' } as const;
  expect((await client.request(request)).bytes).toBe(body.length);
  expect(await rejection(client.request({ ...request, maxBytes: 9_999 }))).toBeInstanceOf(
    AnswerTooLargeError,
  );
});

test('an answer as long as allowed is read, one byte more is not, and is not asked for again', async ({
  serve,
  connect,
}) => {
  const server = await serve((response) => json(response, 'x'.repeat(98)));
  const client = connect(server.url);
  const request = { method: 'GET', route: '/tags' } as const;
  expect((await client.request({ ...request, maxBytes: 100 })).bytes).toBe(100);
  const error = await rejection(client.request({ ...request, maxBytes: 99 }));
  expect(error).toBeInstanceOf(AnswerTooLargeError);
  expect(error).toMatchObject({ maxBytes: 99, message: 'GET /tags: the answer is larger than 99 bytes' });
  expect(server.seen).toHaveLength(2);
});

test('few connections serve many requests', async ({ serve, connect }) => {
  const server = await serve((response, _, number) =>
    json(response, { data: {}, errors: [] }, number % 5 === 0 ? 404 : 200),
  );
  const client = connect(server.url);
  for (let index = 0; index < 20; index += 1) {
    await client.request({ method: 'GET', route: '/tags' }).catch(() => {});
  }
  // The one in use is free again a moment after its answer was read.
  expect(server.connections()).toBeLessThanOrEqual(3);
  await Promise.allSettled(
    Array.from({ length: 60 }, () => client.request({ method: 'GET', route: '/tags' })),
  );
  expect(server.connections()).toBeLessThanOrEqual(16);
});

test('endpoints do not wait for each other, and placeholders of any name share one budget', async ({
  serve,
  connect,
}) => {
  const server = await serve((response) => json(response, { data: {} }));
  const client = connect(server.url, { limits: sameLimit(2, 60_000) });
  const get = (route: string, id: string) =>
    client.request({ method: 'GET', route, params: { id, other: id } });
  await get('/tasks/{id}', 'a');
  await get('/tasks/{other}', 'b');
  const stop = new AbortController();
  const third = client.request({
    method: 'GET',
    route: '/tasks/{id}',
    params: { id: 'c' },
    signal: stop.signal,
  });
  await get('/tags/{id}', 'a');
  await client.request({ method: 'PATCH', route: '/tasks/{id}', params: { id: 'a' }, body: {} });
  expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    ...['GET /tasks/a', 'GET /tasks/b', 'GET /tags/a', 'PATCH /tasks/a'],
  ]);
  expect(client.uses().map(({ endpoint, used, queued }) => [endpoint, used, queued])).toEqual([
    ['GET /tasks/{id}', 2, 1],
    ['GET /tags/{id}', 1, 0],
    ['PATCH /tasks/{id}', 1, 0],
  ]);
  stop.abort(new Error('enough'));
  expect((await rejection(third)).message).toBe('enough');
});

test('the share of a limit is what this process may use, and never nothing', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, {}));
  const client = connect(server.url, { limits: sameLimit(25, 30_000), share: 0.9 });
  expect(client.perMinute('GET /tags')).toBe(44);
  expect(connect(server.url, { limits: sameLimit(3), share: 0.1 }).perMinute('GET /tags')).toBe(1);
});

test('what an earlier process asked counts, whatever it called the placeholder', async ({
  serve,
  connect,
}) => {
  const server = await serve((response) => json(response, {}));
  const occupied = new Map([['GET /tasks/{task_id}', [Date.now() - 200, Date.now() - 100]]]);
  const client = connect(server.url, { limits: sameLimit(3, 60_000), occupied });
  await client.request({ method: 'GET', route: '/tasks/{id}', params: { id: 'a' } });
  expect(client.uses()).toMatchObject([{ endpoint: 'GET /tasks/{id}', used: 3 }]);
});

test('side by side on several endpoints, the server never counts more than the limit', async ({
  serve,
  connect,
}) => {
  const server = await serve((response) => setTimeout(() => json(response, {}), Math.random() * 20));
  const client = connect(server.url, { limits: sameLimit(10, 150) });
  const routes = ['/tags', '/teams', '/users'];
  await Promise.all(
    routes.flatMap((route) => Array.from({ length: 45 }, () => client.request({ method: 'GET', route }))),
  );
  for (const route of routes) {
    const times = server.seen.filter(({ path }) => path === route).map(({ at }) => at);
    expect(times).toHaveLength(45);
    times.forEach((time, index) => {
      // A millisecond for the clocks' rounding.
      expect((times[index + 10] ?? Number.POSITIVE_INFINITY) - time).toBeGreaterThanOrEqual(149);
    });
  }
});
