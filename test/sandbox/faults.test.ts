import { describe, expect, vi } from 'vitest';
import { found, test } from './client.ts';

describe('a fault', () => {
  test('befalls its endpoint so many times, after so many requests, in the order given', async ({ open }) => {
    const client = await open();
    client.sandbox.faults.add({ endpoint: 'GET /me', kind: '500', times: 2, skip: 1 });
    client.sandbox.faults.add({ endpoint: 'GET /me', kind: '403' });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i += 1) statuses.push((await client.get('/me')).status);
    expect(statuses).toEqual([200, 500, 500, 403, 200]);
    client.sandbox.faults.add({ endpoint: '*', kind: '404', times: 9 });
    expect((await client.get('/teams')).body.code).toBe('not_found');
    client.sandbox.faults.clear();
    expect((await client.get('/teams')).status).toBe(200);
  });

  test('of 401 refuses the token as Pylon does one that was revoked', async ({ open }) => {
    const client = await open();
    client.sandbox.faults.add({ endpoint: '*', kind: '401' });
    const { status, body } = await client.get('/me');
    expect([status, body]).toEqual([
      401,
      { errors: ['invalid API token'], code: 'invalid_api_token', request_id: expect.any(String) },
    ]);
    expect((await client.get('/me')).status).toBe(200);
  });

  test('of 429 says how long to wait in either header or in none, and is nobody’s own', async ({ open }) => {
    const client = await open();
    const { faults } = client.sandbox;
    faults.add({ endpoint: 'GET /me', kind: '429', retryAfter: 7 });
    faults.add({ endpoint: 'GET /me', kind: '429', retryAfter: 8, header: 'Retry-After' });
    faults.add({ endpoint: 'GET /me', kind: '429', retryAfter: 'soon', header: 'Retry-After' });
    faults.add({ endpoint: 'GET /me', kind: '429', header: 'none' });
    const waits: unknown[] = [];
    for (let i = 0; i < 4; i += 1) {
      const { status, headers } = await client.get('/me');
      waits.push([status, headers.get('x-retry-after'), headers.get('retry-after')]);
    }
    expect(waits).toEqual([
      [429, '7', null],
      [429, null, '8'],
      [429, null, 'soon'],
      [429, null, null],
    ]);
    expect(client.sandbox.requests.some((one) => one.ownLimit)).toBe(false);
  });

  test('can cut the connection, before or in the middle of an answer', async ({ open }) => {
    const client = await open();
    client.sandbox.faults.add({ endpoint: 'GET /me', kind: 'reset' });
    client.sandbox.faults.add({ endpoint: 'GET /tags', kind: 'truncate' });
    await expect(client.get('/me')).rejects.toThrow('fetch failed');
    await expect(client.get('/tags')).rejects.toThrow('terminated');
    expect((await client.get('/me')).status).toBe(200);
    expect(client.sandbox.requests.map(({ status }) => status)).toEqual([0, 0, 200]);
  });

  test('can leave a request hanging or answer it late', async ({ open }) => {
    const client = await open();
    client.sandbox.faults.add({ endpoint: 'GET /me', kind: 'hang' });
    client.sandbox.faults.add({ endpoint: 'GET /me', kind: 'slow', delayMs: 120 });
    const headers = { authorization: `Bearer ${client.sandbox.token}` };
    const stop = new AbortController();
    const hanging = fetch(`${client.sandbox.url}/me`, { headers, signal: stop.signal });
    const early = vi.fn();
    hanging.then(early, early);
    // The next request would meet this fault if the first had not arrived.
    await expect.poll(() => client.sandbox.requests.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(early).not.toHaveBeenCalled();
    stop.abort(new Error('enough'));
    await expect(hanging).rejects.toThrow('enough');
    const start = performance.now();
    expect((await client.get('/me')).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(100);
  });

  test('can answer a page for people instead of JSON', async ({ open }) => {
    const client = await open();
    client.sandbox.faults.add({ endpoint: 'GET /me', kind: 'html' });
    const headers = { authorization: `Bearer ${client.sandbox.token}` };
    const response = await fetch(`${client.sandbox.url}/me`, { headers });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(await response.text()).toContain('<!doctype html>');
    client.sandbox.faults.add({ endpoint: 'GET /me', kind: 'html', status: 502 });
    expect((await fetch(`${client.sandbox.url}/me`, { headers })).status).toBe(502);
  });

  test('can promise more without giving any, or give the same cursor again', async ({ open }) => {
    const client = await open();
    const first = await client.get('/accounts?limit=2');
    const { cursor } = first.body.pagination as { cursor: string };
    const path = `/accounts?limit=2&cursor=${encodeURIComponent(cursor)}`;
    client.sandbox.faults.add({ endpoint: 'GET /accounts', kind: 'no-data' });
    client.sandbox.faults.add({ endpoint: 'GET /accounts', kind: 'repeat-cursor' });
    const empty = await client.get(path);
    expect(empty.body.data ?? []).toEqual([]);
    expect(empty.body.pagination).toMatchObject({ has_next_page: true });
    const again = await client.get(path);
    expect(again.body.pagination).toEqual({ has_next_page: true, cursor });
    expect((again.body.data as unknown[]).length).toBe(2);
    client.sandbox.faults.add({ endpoint: 'GET /teams', kind: 'repeat-cursor', times: 2 });
    const whole = (await client.get('/teams')).body.pagination as { cursor: string };
    const repeated = await client.get(`/teams?cursor=${encodeURIComponent(whole.cursor)}`);
    expect(repeated.body.pagination).toEqual({ has_next_page: true, cursor: whole.cursor });
  });

  test('can lose the answer of a write that took effect', async ({ open }) => {
    const client = await open();
    const { id } = found(client, 'issues');
    client.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'lost-answer' });
    await expect(client.send('PATCH', `/issues/${id}`, { title: 'lost and done' })).rejects.toThrow(
      'fetch failed',
    );
    expect(client.sandbox.world.get('issues', `${id}`)?.title).toBe('lost and done');
  });

  test('ends with the sandbox, however many requests hang', async ({ open }) => {
    const client = await open({ latencyMs: 60_000 });
    client.sandbox.faults.add({ endpoint: 'GET /me', kind: 'hang' });
    const asked = [client.get('/me'), client.get('/teams')].map((one) =>
      one.catch((error: Error) => error.name),
    );
    while (client.sandbox.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await client.sandbox.close();
    expect(await Promise.all(asked)).toEqual(['TypeError', 'TypeError']);
  });
});

test('an answer takes the latency it is given', async ({ open }) => {
  const client = await open({ latencyMs: 80 });
  const start = performance.now();
  expect((await client.get('/me')).status).toBe(200);
  expect(performance.now() - start).toBeGreaterThan(75);
});
