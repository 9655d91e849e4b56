import { describe, expect } from 'vitest';
import { type Client, DAY, held, iso, NOW, test } from './client.ts';

const windowOf = (client: Client, start: number, end: number, more = '') =>
  client.list(`/issues?start_time=${iso(start)}&end_time=${iso(end)}${more}`);

const ids = (objects: readonly Record<string, unknown>[]) => objects.map(({ id }) => id);
const created = (object: Record<string, unknown>) => Date.parse(`${object.created_at}`);

describe('issues in windows of created_at', () => {
  test('are each in exactly one of the windows that abut, newest first', async ({ open }) => {
    const client = await open({ issues: 400 });
    const served: unknown[] = [];
    for (let back = 0; back < 14; back += 1) {
      const objects = await windowOf(client, NOW - (back + 1) * 30 * DAY, NOW - back * 30 * DAY, '&limit=7');
      served.push(...ids(objects));
    }
    expect(served).toEqual(ids(held(client, 'issues')));
    expect(new Set(served).size).toBe(400);
  });

  test('hold their start and not their end, or both where that is wanted', async ({ open }) => {
    const edge = NOW - 60 * DAY;
    for (const [windowBounds, both] of [
      ['half-open', false],
      ['closed', true],
    ] as const) {
      const client = await open({ issues: 0, windowBounds });
      client.sandbox.world.put('issues', { id: 'edge', created_at: iso(edge) });
      expect(ids(await windowOf(client, edge, edge + DAY))).toEqual(['edge']);
      expect(ids(await windowOf(client, edge - DAY, edge))).toEqual(both ? ['edge'] : []);
    }
  });

  test('have empty months between them, share seconds, and lie on the edges of windows', async ({ open }) => {
    const client = await open({ issues: 300 });
    const times = held(client, 'issues').map(created);
    const gaps = times.slice(1).map((time, i) => (times[i] ?? 0) - time);
    expect(gaps.filter((gap) => gap > 45 * DAY).length).toBe(2);
    expect(gaps.filter((gap) => gap === 0).length).toBeGreaterThan(5);
    expect(times.filter((time) => (NOW - time) % (30 * DAY) === 0).length).toBeGreaterThan(3);
    expect(times.filter((time) => (NOW + 1_000 - time) % (30 * DAY) === 0).length).toBeGreaterThan(3);
  });

  test('may be asked for over longer windows where Pylon allows them', async ({ open }) => {
    const client = await open({ maxWindowDays: 365, historyDays: 300 });
    expect((await windowOf(client, NOW - 365 * DAY, NOW)).length).toBe(120);
  });

  test('are not seen through a window when only an update lies in it', async ({ open }) => {
    const client = await open({ issues: 1, historyDays: 300 });
    const [issue] = held(client, 'issues');
    client.sandbox.world.patch('issues', `${issue?.id}`, { title: 'new' });
    expect(await windowOf(client, NOW - DAY, NOW + DAY)).toEqual([]);
  });

  test('keep their place when they are changed, and find it when they are new', async ({ open }) => {
    const client = await open({ issues: 50 });
    const before = ids(held(client, 'issues'));
    client.sandbox.world.patch('issues', `${before[20]}`, { title: 'changed' });
    client.sandbox.world.put('issues', { id: 'old', created_at: iso(NOW - 399 * DAY) });
    const middle = created(held(client, 'issues')[10] ?? {});
    client.sandbox.world.put('issues', { id: 'between', created_at: iso(middle) });
    const after = ids(held(client, 'issues'));
    expect(after.filter((id) => id !== 'old' && id !== 'between')).toEqual(before);
    expect(ids(await client.search('/issues/search', { limit: 3 }))).toEqual(after);
  });
});

test('messages of one second are each on one of the pages', async ({ open }) => {
  const client = await open({ issues: 3 });
  const { world } = client.sandbox;
  const [issue] = held(client, 'issues');
  for (let made = 0; made < 8; made += 1) world.addMessage(String(issue?.id));
  const whole = await client.list(`/issues/${issue?.id}/messages`);
  expect(whole.length).toBeGreaterThanOrEqual(8);
  expect(ids(await client.list(`/issues/${issue?.id}/messages?limit=1`))).toEqual(ids(whole));
});
