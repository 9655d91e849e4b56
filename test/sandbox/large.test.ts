import { expect } from 'vitest';
import { test } from './client.ts';

test('issues start by the hundred thousand in seconds', async ({ open }) => {
  const before = process.cpuUsage();
  const client = await open({ issues: 100_000 });
  expect(client.sandbox.world.count('issues')).toBe(100_000);
  expect((await client.get('/accounts?limit=1')).status).toBe(200);
  // Of the processor, not of the clock: other tests may be running. It takes about a second; what is made of each
  // issue before anyone asks for it would take a hundred.
  expect(process.cpuUsage(before).user).toBeLessThan(30_000_000);
  const { body } = await client.send('POST', '/issues/search', { limit: 999 });
  expect(JSON.stringify(body.data).length / 999).toBeGreaterThan(2_000);
});
