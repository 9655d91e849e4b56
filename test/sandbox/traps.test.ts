import { describe, expect } from 'vitest';
import { DAY, found, held, iso, NOW, test } from './client.ts';

type Json = Record<string, unknown>;

describe('what surprises readers', () => {
  test('links to files are signed anew at every read', async ({ open }) => {
    const client = await open();
    const issue = found(client, 'issues', (one) => (one.attachment_urls as string[]).length > 0);
    const read = async () =>
      ((await client.get(`/issues/${issue.id}`)).body.data as Json).attachment_urls as string[];
    const [first = ''] = await read();
    const [second = ''] = await read();
    expect([...new URL(first).searchParams.keys()]).toEqual(['Expires', 'Signature', 'Key-Pair-Id']);
    expect(first).not.toBe(second);
    expect(first.split('?')[0]).toBe(second.split('?')[0]);
  });

  test('counters of an open issue move with the clock, and nothing else does', async ({ open }) => {
    let now = NOW;
    const client = await open({ now: () => now });
    const open_ = found(
      client,
      'issues',
      (one) => one.state === 'new' && (one.attachment_urls as string[]).length === 0,
    );
    const read = async () => (await client.get(`/issues/${open_.id}`)).body.data as Json;
    const before = await read();
    now += 600_000;
    const after = await read();
    const moved = Object.keys(after).filter(
      (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
    );
    expect(moved.sort()).toEqual([
      'active_time_seconds',
      'business_hours_time_in_status_seconds',
      'time_in_status_seconds',
    ]);
    const seconds = (issue: Json) => (issue.time_in_status_seconds as Record<string, number>).new ?? 0;
    expect(seconds(after) - seconds(before)).toBe(600);
    const { headers } = await client.get('/me');
    expect(headers.get('date')).toBe(new Date(now).toUTCString());
  });

  test('without traps two reads are the same', async ({ open }) => {
    let now = NOW;
    const client = await open({ now: () => now, traps: false });
    const first = held(client, 'issues');
    now += DAY;
    expect(held(client, 'issues')).toEqual(first);
  });

  test('text is nasty in places, and arrives as it is', async ({ open }) => {
    const client = await open({ issues: 200 });
    const all = await client.search('/issues/search', { limit: 999 });
    const titles = all.map(({ title }) => `${title}`).join('\n');
    for (const nasty of ['\u0000', '\ud83d ', '👩‍👩‍👧', 'مرحبا', '"', "'); DROP"])
      expect(titles).toContain(nasty);
    const headers = { authorization: `Bearer ${client.sandbox.token}` };
    const raw = await (
      await fetch(`${client.sandbox.url}/issues/search`, { method: 'POST', headers, body: '{"limit":999}' })
    ).text();
    expect(raw).toContain('\\ud83d ');
    expect(raw).toContain('\\u0000');
    expect(Math.max(...all.map(({ body_html }) => `${body_html}`.length))).toBeGreaterThan(300_000);
    const times = JSON.stringify(all);
    expect(times).toContain('"9999-12-31T23:59:59Z"');
    expect(times).toContain('"0001-01-01T00:00:00Z"');
  });

  test('unset is null here and absent there, lists are null, fields are unknown', async ({ open }) => {
    const client = await open({ issues: 200 });
    const issues = held(client, 'issues').map((one) => JSON.parse(JSON.stringify(one)) as Json);
    expect(issues.some((one) => one.resolution_time === null)).toBe(true);
    expect(issues.some((one) => !('resolution_time' in one))).toBe(true);
    expect(issues.some((one) => one.requester === null)).toBe(true);
    expect(held(client, 'accounts').some((one) => one.tags === null)).toBe(true);
    expect(issues.every((one) => 'sentiment' in one)).toBe(true);
    expect(held(client, 'accounts').map((one) => one.latest_customer_activity_time)).toContain('an hour ago');
    expect(JSON.stringify(issues)).toContain('interpreted_value');
  });

  test('references dangle', async ({ open }) => {
    const client = await open({ issues: 200 });
    const accounts = new Set(held(client, 'accounts').map(({ id }) => id));
    const lost = held(client, 'issues').filter(
      (one) => one.account !== null && !accounts.has((one.account as Json).id),
    );
    expect(lost.length).toBeGreaterThan(0);
    expect((await client.get(`/accounts/${(lost[0] as { account: Json }).account.id}`)).status).toBe(404);
  });

  test('nothing is said by an empty list, by null, or by leaving data out', async ({ open }) => {
    const client = await open();
    const range = `start_time=${iso(NOW)}&end_time=${iso(NOW + DAY)}`;
    expect((await client.get(`/issues?${range}`)).body).toEqual({ request_id: expect.any(String) });
    const none = { field: 'name', operator: 'equals', value: 'nobody' };
    expect((await client.send('POST', '/accounts/search', { filter: none })).body.data).toBeNull();
    expect((await client.send('POST', '/contacts/search', { filter: none })).body.data).toEqual([]);
  });

  test('the last page says so in two ways', async ({ open }) => {
    const client = await open();
    expect((await client.get('/accounts?limit=999')).body.pagination).toEqual({
      cursor: '',
      has_next_page: false,
    });
    expect((await client.get('/contacts?limit=999')).body).not.toHaveProperty('pagination');
    expect((await client.get('/contacts?limit=2')).body.pagination).toMatchObject({ has_next_page: true });
  });

  test('the messages of a gone issue are answered in three ways', async ({ open }) => {
    const client = await open();
    const statuses = new Set<number>();
    for (const { id } of held(client, 'issues').slice(0, 30)) {
      client.sandbox.world.remove('issues', `${id}`);
      statuses.add((await client.get(`/issues/${id}/messages`)).status);
    }
    expect([...statuses].sort()).toEqual([400, 404, 410]);
  });
});

describe('the world', () => {
  test('serves any object exactly as it was put, even without an id', async ({ open }) => {
    const client = await open({ issues: 0 });
    const odd = {
      name: 'no id',
      attachment_urls: ['https://files.example/a'],
      time_in_status_seconds: { new: 1 },
    };
    client.sandbox.world.put('issues', odd);
    client.sandbox.world.put('issues', { id: 7, created_at: iso(NOW - DAY) });
    expect(await client.search('/issues/search', {})).toEqual([odd, { id: 7, created_at: iso(NOW - DAY) }]);
    client.sandbox.world.put('issue_messages', { message_html: 'no id' }, { issue_id: 'x' });
    client.sandbox.world.put('issues', { id: 'x' });
    expect(await client.list('/issues/x/messages')).toEqual([{ message_html: 'no id' }]);
  });

  test('moves latest_message_time and nothing else when a customer writes', async ({ open }) => {
    const client = await open({ traps: false });
    const issue = found(client, 'issues');
    const message = client.sandbox.world.addMessage(`${issue.id}`, { message_html: '<p>hello</p>' });
    expect(client.sandbox.world.get('issues', `${issue.id}`)).toEqual({
      ...issue,
      latest_message_time: iso(NOW),
    });
    const messages = await client.list(`/issues/${issue.id}/messages`);
    expect(messages.at(-1)).toEqual(message);
    client.sandbox.world.redactMessage(`${message.id}`);
    expect((await client.list(`/issues/${issue.id}/messages`)).at(-1)?.message_html).toBe('');
    expect(client.sandbox.world.get('issues', `${issue.id}`)?.latest_message_time).toBe(iso(NOW));
  });

  test('loses what hangs on an issue with the issue', async ({ open }) => {
    const client = await open();
    const [message] = [...client.sandbox.world.all('issue_messages')];
    const before = client.sandbox.world.count('issue_messages');
    const lost = held(client, 'issues').find(({ id }) => id === message?.path.issue_id);
    client.sandbox.world.remove('issues', `${lost?.id}`);
    expect(client.sandbox.world.count('issue_messages')).toBe(before - Number(lost?.number_of_touches));
    expect(() => client.sandbox.world.patch('issues', `${lost?.id}`, {})).toThrow('holds no issues');
    expect(() => client.sandbox.world.count('planets')).toThrow('planets');
  });
});
