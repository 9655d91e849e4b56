import { describe, expect } from 'vitest';
import type { Attempt } from '../../src/pylon/observe.ts';
import { newReach } from '../../src/pylon/reach.ts';
import { json, rejection, test } from './serving.ts';

const attempt = (endpoint: string, outcome: Attempt['outcome'], more: Partial<Attempt> = {}): Attempt => ({
  ...{ endpoint, outcome, status: undefined, milliseconds: 100 },
  ...more,
});

describe('whether Pylon answers', () => {
  test('is not known before something was asked, and a 429 says nothing of it', () => {
    const reach = newReach(() => 5_000);
    reach.observe(attempt('GET /issues', 'limited', { status: 429 }));
    expect(reach.state()).toMatchObject({ answers: undefined, silentSince: undefined });
  });

  test('is denied since the first attempt that failed began, for all endpoints that were asked since', () => {
    let now = 1_000;
    const reach = newReach(() => now);
    reach.observe(attempt('GET /issues', 'answer', { status: 200 }));
    now = 70_000;
    reach.observe(attempt('GET /issues', 'failed', { status: 503, milliseconds: 60_000 }));
    now = 80_000;
    reach.observe(attempt('GET /me', 'failed'));
    const state = reach.state();
    expect(state).toMatchObject({ answers: false, silentSince: 10_000 });
    expect(state.last).toEqual({ endpoint: 'GET /me', status: undefined });
    expect([...state.asked]).toEqual(['GET /issues', 'GET /me']);
  });

  test('is not denied from before the last answer, however long an attempt took', () => {
    let now = 50_000;
    const reach = newReach(() => now);
    reach.observe(attempt('GET /users', 'answer', { status: 200 }));
    now = 60_000;
    reach.observe(attempt('GET /issues', 'failed', { milliseconds: 60_000 }));
    expect(reach.state().silentSince).toBe(50_000);
  });

  test.each<[what: string, answer: Attempt]>([
    ['a good answer', attempt('GET /me', 'answer', { status: 200 })],
    ['a refusal in its own words', attempt('GET /me', 'refused', { status: 401 })],
  ])('is affirmed by %s, to whatever request', (_, answer) => {
    const reach = newReach(() => 9_000);
    reach.observe(attempt('GET /issues', 'failed'));
    reach.observe(attempt('GET /tasks', 'limited', { status: 429 }));
    expect(reach.state().answers).toBe(false);
    reach.observe(answer);
    expect(reach.state()).toMatchObject({ answers: true, silentSince: undefined, last: undefined });
    expect(reach.state().asked.size).toBe(0);
  });

  test('is known to the client: the page of a proxy is no answer, whatever its status', async ({
    serve,
    connect,
  }) => {
    const server = await serve((response, { path }) => {
      if (path === '/moved') return response.writeHead(302, { location: '/sorry' }).end();
      if (path === '/page')
        return response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Sorry</h1>');
      return json(response, { errors: ['no'], request_id: 'r1' }, 404);
    });
    const client = connect(server.url);
    const ask = (route: string) => rejection(client.request({ method: 'GET', route }));
    await ask('/page');
    expect(client.reach().answers).toBe(false);
    await ask('/record');
    expect(client.reach().answers).toBe(true);
    await ask('/moved');
    expect(client.reach()).toMatchObject({ answers: false, last: { endpoint: 'GET /moved', status: 302 } });
  });
});
