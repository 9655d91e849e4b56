import { describe, expect } from 'vitest';
import { ENDPOINTS } from '../../src/pylon/limits/endpoints.ts';
import { resources } from '../../src/sandbox/resources/index.ts';
import { NOW, test } from './client.ts';

describe('the rate limit', () => {
  test('slides, and counts each endpoint for itself', async ({ open }) => {
    let clock = 0;
    const client = await open({
      limits: { 'GET /teams': 2 },
      minuteMs: 60_000,
      monotonic: () => clock,
    });
    const teams = async () => (await client.get('/teams')).status;
    expect(await teams()).toBe(200);
    clock = 20_000;
    expect(await teams()).toBe(200);
    clock = 30_000;
    const refused = await client.get('/teams');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-retry-after')).toBe('30');
    expect(refused.body).toEqual({
      errors: ['rate limit exceeded'],
      request_id: expect.any(String),
      code: 'rate_limited',
    });
    expect((await client.get('/tags')).status).toBe(200);
    clock = 60_000;
    expect(await teams()).toBe(200);
    expect(await teams()).toBe(429);
    clock = 80_000;
    expect(await teams()).toBe(200);
    expect(client.sandbox.requests.map((one) => one.ownLimit)).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  test.for([
    ['date', 'retry-after', 'Tue, 24 Nov 2026 12:00:30 GMT'],
    ['epoch', 'x-retry-after', String(NOW / 1_000 + 30)],
    ['epoch-milliseconds', 'x-retry-after', String(NOW + 30_000)],
    ['none', 'x-retry-after', null],
  ] as const)('says when to come again as it is set to: %s', async ([retryAfter, header, said], { open }) => {
    const client = await open({
      limits: { 'GET /teams': 1 },
      minuteMs: 30_000,
      monotonic: () => 0,
      retryAfter,
    });
    await client.get('/teams');
    const { status, headers } = await client.get('/teams');
    expect([status, headers.get(header)]).toEqual([429, said]);
  });

  test('counts a route whatever its placeholders hold', async ({ open }) => {
    const client = await open({ limits: { 'GET /tasks/{id}': 1 } });
    expect((await client.get('/tasks/a')).status).toBe(404);
    expect((await client.get('/tasks/b')).status).toBe(429);
  });

  test.for([
    ['current', 30],
    ['legacy', 10],
  ] as const)('is that of the table: %s', async ([limits, most], { open }) => {
    const client = await open({ limits, monotonic: () => 0 });
    const statuses: number[] = [];
    for (let i = 0; i <= most; i += 1) statuses.push((await client.get('/issue-statuses')).status);
    expect(statuses).toEqual([...Array.from({ length: most }, () => 200), 429]);
  });

  test('has the same tiers as the endpoints the client knows', () => {
    for (const { endpoint, tier } of resources.flatMap(({ routes }) => routes)) {
      expect(ENDPOINTS.get(endpoint.replace(/\{\w+\}/g, '{}')), endpoint).toBe(tier);
    }
  });

  test('comes behind the token: a stranger spends nothing', async ({ open }) => {
    const client = await open({ limits: { 'GET /me': 1 } });
    const { url } = client.sandbox;
    const wrong = await fetch(`${url}/me`, { headers: { authorization: 'Bearer wrong' } });
    expect([wrong.status, ((await wrong.json()) as { code: string }).code]).toEqual([
      401,
      'invalid_api_token',
    ]);
    const none = await fetch(`${url}/me`);
    expect([none.status, ((await none.json()) as { code: string }).code]).toEqual([
      401,
      'invalid_authorization_header',
    ]);
    expect((await client.get('/me')).status).toBe(200);
  });
});
