import { expect } from 'vitest';
import type { Attempt } from '../../src/pylon/observe.ts';
import { hang, json, rejection, reset, test } from './serving.ts';

test('every attempt is told of once: its route, what it came to, its status and how long it took', async ({
  serve,
  connect,
}) => {
  const server = await serve((response, _, number) => {
    if (number === 1) return json(response, {}, 429, { 'x-retry-after': '0' });
    if (number === 2) return json(response, {}, 503);
    if (number === 3) return reset(response);
    if (number === 4) return setTimeout(() => json(response, {}), 30);
    return json(response, { errors: ['no such issue'] }, 404);
  });
  const attempts: Attempt[] = [];
  const client = connect(server.url, { observe: (attempt) => attempts.push(attempt) });
  const request = { method: 'GET', route: '/issues/{id}', params: { id: 'secret-id' } } as const;
  await client.request(request);
  await rejection(client.request(request));
  expect(attempts.map(({ milliseconds: _took, ...attempt }) => attempt)).toEqual([
    { endpoint: 'GET /issues/{id}', outcome: 'limited', status: 429 },
    { endpoint: 'GET /issues/{id}', outcome: 'failed', status: 503 },
    { endpoint: 'GET /issues/{id}', outcome: 'failed', status: undefined },
    { endpoint: 'GET /issues/{id}', outcome: 'answer', status: 200 },
    { endpoint: 'GET /issues/{id}', outcome: 'refused', status: 404 },
  ]);
  expect(attempts[3]?.milliseconds).toBeGreaterThanOrEqual(29);
});

test('an answer too large to read is refused without a status', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, { text: 'x'.repeat(100) }));
  const attempts: Attempt[] = [];
  const client = connect(server.url, { observe: (attempt) => attempts.push(attempt) });
  await rejection(client.request({ method: 'GET', route: '/issues', maxBytes: 10 }));
  expect(attempts).toMatchObject([{ outcome: 'refused', status: undefined }]);
});

test('an attempt that its caller gave up is none', async ({ serve, connect }) => {
  const server = await serve(hang);
  const attempts: Attempt[] = [];
  const client = connect(server.url, { observe: (attempt) => attempts.push(attempt) });
  const stop = new AbortController();
  const request = rejection(client.request({ method: 'GET', route: '/issues', signal: stop.signal }));
  await expect.poll(() => server.seen.length).toBe(1);
  stop.abort(new Error('enough'));
  expect((await request).message).toBe('enough');
  expect(attempts).toEqual([]);
});
