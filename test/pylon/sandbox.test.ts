import { expect } from 'vitest';
import { documentedLimits } from '../../src/pylon/limits/limits.ts';
import { pages } from '../../src/pylon/pages/pages.ts';
import { startTrappedSandbox } from '../helpers/sandbox.ts';
import { test } from './serving.ts';

test('many requests side by side on three endpoints draw no 429 of our own', async ({ connect }) => {
  const minuteMs = 300;
  const sandbox = await startTrappedSandbox({ issues: 20, minuteMs });
  const client = connect(sandbox.url, {
    token: sandbox.token,
    limits: documentedLimits('current', minuteMs),
    share: 1,
  });
  const ask = (count: number, read: () => Promise<unknown>) => Array.from({ length: count }, read);
  await Promise.all([
    ...ask(70, () => client.request({ method: 'GET', route: '/issue-statuses' })),
    ...ask(250, () => client.request({ method: 'POST', route: '/issues/search', body: { limit: 1 } })),
    ...ask(350, () => client.request({ method: 'GET', route: '/users' })),
  ]);
  expect(sandbox.requests.filter(({ ownLimit }) => ownLimit)).toEqual([]);
  expect(sandbox.requests.filter(({ status }) => status === 429)).toEqual([]);
  expect(client.uses().map(({ endpoint }) => endpoint)).toEqual([
    ...['GET /issue-statuses', 'POST /issues/search', 'GET /users'],
  ]);
  await sandbox.close();
});

test('a 429 that others caused is waited out', async ({ connect }) => {
  const sandbox = await startTrappedSandbox({ issues: 20, minuteMs: 300, limits: { 'GET /tags': 2 } });
  const client = connect(sandbox.url, { token: sandbox.token });
  const answers = await Promise.all(
    Array.from({ length: 3 }, () => client.request({ method: 'GET', route: '/tags' })),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(sandbox.requests.some(({ status }) => status === 429)).toBe(true);
  await sandbox.close();
});

test.for(['official', 'community'] as const)(
  'every issue is paged through once, in the shape of the %s document',
  async (shape, { connect }) => {
    const sandbox = await startTrappedSandbox({ issues: 50, shape, limits: 'none' });
    const client = connect(sandbox.url, { token: sandbox.token });
    const ids: unknown[] = [];
    for await (const { objects } of pages(client, { method: 'POST', route: '/issues/search', limit: 7 })) {
      ids.push(...objects.map((issue) => (issue as { id: string }).id));
    }
    expect(ids).toHaveLength(50);
    expect(new Set(ids).size).toBe(50);
    await sandbox.close();
  },
);
