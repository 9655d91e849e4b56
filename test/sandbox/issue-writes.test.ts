import { describe, expect } from 'vitest';
import { found, held, iso, NOW, test } from './client.ts';

type Json = Record<string, unknown>;
const open_ = (issue: Json) =>
  issue.state === 'new' && issue.type === 'conversation' && issue.assignee !== null;

describe('PATCH of an issue', () => {
  test('changes what was sent, leaves the rest, and answers the whole object', async ({ open }) => {
    const client = await open({ traps: false });
    const before = found(client, 'issues', (issue) => issue.assignee !== null);
    const { body } = await client.send('PATCH', `/issues/${before.id}`, {
      title: ' Trimmed ',
      tags: ['b', 'a', 'b'],
    });
    const after = { ...before, title: 'Trimmed', tags: ['b', 'a'], updated_at: iso(NOW) };
    expect(body.data).toEqual(after);
    expect((await client.get(`/issues/${before.id}`)).body.data).toEqual(after);
  });

  test('sets references, and clears them by the empty text', async ({ open }) => {
    const client = await open();
    const { id } = found(client, 'issues', open_);
    const patch = async (body: Json) => (await client.send('PATCH', `/issues/${id}`, body)).body.data as Json;
    const account = found(client, 'accounts');
    const user = found(client, 'users');
    const set = await patch({ account_id: account.id, assignee_id: user.id });
    expect(set.account).toEqual({ id: account.id, external_ids: account.external_ids });
    expect(set.assignee).toEqual({ id: user.id, email: user.email });
    const cleared = await patch({ account_id: '', assignee_id: '', team_id: '', requester_id: '' });
    expect([cleared.account, cleared.assignee, cleared.team, cleared.requester]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect((await client.send('PATCH', `/issues/${id}`, { assignee_id: 'nobody' })).status).toBe(400);
  });

  test('takes null for not sent', async ({ open }) => {
    const client = await open({ traps: false });
    const before = found(client, 'issues', (issue) => issue.assignee !== null);
    const { status, body } = await client.send('PATCH', `/issues/${before.id}`, {
      assignee_id: null,
      title: 'new',
    });
    expect([status, (body.data as Json).assignee]).toEqual([200, before.assignee]);
  });

  test('dates the resolution when the issue is closed, and undoes it when it is opened', async ({ open }) => {
    const client = await open();
    const { id } = found(client, 'issues', open_);
    const patch = async (state: string) =>
      (await client.send('PATCH', `/issues/${id}`, { state })).body.data as Json;
    expect(await patch('closed')).toMatchObject({ state: 'closed', resolution_time: iso(NOW) });
    expect(await patch('in_review')).toMatchObject({ state: 'in_review', resolution_time: null });
    expect((await client.send('PATCH', `/issues/${id}`, { state: 'asleep' })).status).toBe(400);
    expect((await client.send('PATCH', `/issues/${id}`, { state: 'legacy_triage' })).status).toBe(400);
  });

  test('makes a ticket of a conversation, never the other way round', async ({ open }) => {
    const client = await open();
    const { id } = found(client, 'issues', open_);
    expect((await client.send('PATCH', `/issues/${id}`, { type: 'ticket' })).body.data).toMatchObject({
      type: 'ticket',
    });
    expect((await client.send('PATCH', `/issues/${id}`, { type: 'conversation' })).status).toBe(400);
  });

  test('merges custom fields slug by slug', async ({ open }) => {
    const client = await open();
    const issue = found(client, 'issues', (one) => 'area' in (one.custom_fields as Json));
    const custom_fields = [
      { slug: 'priority', value: 'low' },
      { slug: 'area', values: ['frontend'] },
      { slug: 'order_number' },
    ];
    const { body } = await client.send('PATCH', `/issues/${issue.id}`, { custom_fields });
    const { order_number: _, ...rest } = issue.custom_fields as Json;
    expect((body.data as Json).custom_fields).toEqual({
      ...rest,
      priority: { slug: 'priority', value: 'low' },
      area: { slug: 'area', values: ['frontend'] },
    });
  });

  test.for([
    [{ slug: 'linear_ticket', value: 'X-1' }, 'read-only'],
    [{ slug: 'unheard_of', value: '1' }, 'not a custom field'],
    [{ slug: 'plan', value: 'free' }, 'not a custom field'],
    [{ slug: 'priority', value: 'extreme' }, 'does not take'],
    [{ slug: 'priority', values: ['low'] }, 'takes value'],
    [{ slug: 'area', value: 'backend' }, 'takes values'],
    [{ slug: 'affected_seats', value: 'many' }, 'does not take'],
    [{ slug: 'is_regression', value: 'yes' }, 'does not take'],
    [{ slug: 'promised_for', value: '2026-13-01' }, 'does not take'],
    [{ slug: 'priority', value: 3 }, 'custom_fields'],
  ] as const)('refuses the custom field %o: %s', async ([write, word], { open }) => {
    const client = await open({ issues: 5 });
    const { id } = found(client, 'issues');
    const { status, body } = await client.send('PATCH', `/issues/${id}`, { custom_fields: [write] });
    expect(status).toBe(400);
    expect(JSON.stringify(body.errors)).toContain(word);
  });

  test.for([
    { priority: 'low' },
    { body_html: '<p>no</p>' },
    { number: 7 },
    { custom_fields: { priority: 'low' } },
    { tags: 'bug' },
    { title: '' },
    { title: 7 },
    { customer_portal_visible: 'yes' },
    [],
  ])('refuses %o, and changes nothing', async (body, { open }) => {
    const client = await open({ issues: 5, traps: false });
    const before = found(client, 'issues');
    const answered = await client.send('PATCH', `/issues/${before.id}`, body);
    expect(answered.status).toBe(400);
    expect(answered.body).toEqual({ errors: [expect.any(String)], request_id: expect.any(String) });
    expect(client.sandbox.world.get('issues', `${before.id}`)).toEqual(before);
  });
});

describe('POST and DELETE of an issue', () => {
  test('makes an issue whose first message reaches nobody', async ({ open }) => {
    const client = await open({ traps: false });
    const contact = found(client, 'contacts', (one) => one.account !== null);
    const { status, body } = await client.send('POST', '/issues', {
      title: 'Made',
      body_html: '<p onclick="x()">Hi</p><script>alert(1)</script>',
      requester_id: contact.id,
      priority: 'high',
      tags: ['bug'],
    });
    const issue = body.data as Json;
    expect(status).toBe(200);
    expect(issue).toMatchObject({
      number: 121,
      body_html: '<p>Hi</p>',
      state: 'new',
      account: contact.account,
      requester: { id: contact.id, email: contact.email },
      custom_fields: { priority: { slug: 'priority', value: 'high' } },
      created_at: iso(NOW),
    });
    expect(held(client, 'issues')[0]).toEqual(issue);
    const [message, ...more] = await client.list(`/issues/${issue.id}/messages`);
    expect(more).toEqual([]);
    expect(message).toMatchObject({ message_html: '<p>Hi</p>', is_private: true });
  });

  test('finds or makes the contact of an address', async ({ open }) => {
    const client = await open();
    const make = async (requester_email: unknown) =>
      (await client.send('POST', '/issues', { title: 't', body_html: 'b', requester_email })).body
        .data as Json;
    const known = found(client, 'contacts');
    const before = client.sandbox.world.count('contacts');
    expect((await make(known.email)).requester).toMatchObject({ id: known.id });
    expect(client.sandbox.world.count('contacts')).toBe(before);
    expect((await make('new@customer.example')).requester).toMatchObject({ email: 'new@customer.example' });
    expect(client.sandbox.world.count('contacts')).toBe(before + 1);
  });

  test.for([
    [{ body_html: 'b' }, 'title'],
    [{ title: 't' }, 'body_html'],
    [{ title: 't', body_html: 'b', account_id: '' }, 'account_id'],
    [{ title: 't', body_html: 'b', state: 'closed' }, 'state'],
    [{ destination_metadata: { destination: 'email' } }, 'email'],
    [{ destination_metadata: { destination: 'pigeon' } }, 'destination'],
    [{ contact_id: 'c' }, 'internal note'],
    [{ user_id: 'u', contact_id: 'c' }, 'only one'],
    [{ created_at: 'today' }, 'RFC 3339'],
  ] as const)('refuses %o', async ([sent, word], { open }) => {
    const client = await open({ issues: 5 });
    const full = { title: 't', body_html: 'b', account_id: found(client, 'accounts').id };
    const { status, body } = await client.send(
      'POST',
      '/issues',
      'title' in sent || 'body_html' in sent ? sent : { ...full, ...sent },
    );
    expect(status).toBe(400);
    expect(JSON.stringify(body.errors)).toContain(word);
    expect(client.sandbox.world.count('issues')).toBe(5);
  });

  test('deletes for good: the second time there is nothing', async ({ open }) => {
    const client = await open();
    const { id } = found(client, 'issues');
    const deleted = await client.send('DELETE', `/issues/${id}`);
    expect([deleted.status, deleted.body]).toEqual([200, { request_id: expect.any(String) }]);
    const again = await client.send('DELETE', `/issues/${id}`);
    expect([again.status, again.body.code]).toEqual([404, 'not_found']);
    expect((await client.get(`/issues/${id}`)).status).toBe(404);
    expect(client.sandbox.world.count('issues')).toBe(119);
  });
});

describe('what hangs on an issue', () => {
  test('snoozes it until a time, by the name that writes have', async ({ open }) => {
    const client = await open();
    const { id } = found(client, 'issues');
    const snoozed = await client.send('POST', `/issues/${id}/snooze`, {
      snooze_until: '2027-01-01T08:00:00+01:00',
    });
    expect((snoozed.body.data as Json).snoozed_until_time).toBe('2027-01-01T07:00:00Z');
    const wrong = await client.send('POST', `/issues/${id}/snooze`, { snooze_until_time: iso(NOW) });
    expect(wrong.status).toBe(400);
  });

  test('adds and removes followers', async ({ open }) => {
    const client = await open();
    const { id } = found(client, 'issues', (one) => one.assignee !== null);
    const path = `/issues/${id}/followers`;
    const before = await client.list(path);
    const user = found(client, 'users', (one) => before.every((follower) => follower.id !== one.id));
    const added = await client.send('POST', path, { user_ids: [user.id] });
    expect(added.body.data).toEqual([...before, { id: user.id, type: 'user' }]);
    expect(await client.list(path)).toEqual(added.body.data);
    const removed = await client.send('POST', path, { user_ids: [user.id], operation: 'remove' });
    expect(removed.body.data ?? []).toEqual(before);
    expect((await client.send('POST', path, { add_follower_ids: [user.id] })).status).toBe(400);
    expect((await client.send('POST', path, { user_ids: ['nobody'] })).status).toBe(400);
  });

  test('links and unlinks external issues one by one', async ({ open }) => {
    const client = await open();
    const { id } = found(client, 'issues', (one) => (one.external_issues as unknown[]).length === 0);
    const post = (body: Json) => client.send('POST', `/issues/${id}/external-issues`, body);
    const link = { source: 'linear', external_issue_id: 'E1' };
    const linked = (await post(link)).body.data as Json;
    expect(linked.external_issues).toEqual([
      { external_id: 'E1', source: 'linear', link: expect.any(String) },
    ]);
    expect(((await post(link)).body.data as Json).external_issues).toEqual(linked.external_issues);
    expect(((await post({ ...link, operation: 'unlink' })).body.data as Json).external_issues).toEqual([]);
    expect((await post({ ...link, operation: 'unlink' })).status).toBe(400);
  });

  test('takes notes into a thread, and replies to what customers can see', async ({ open }) => {
    const client = await open();
    const issue = found(client, 'issues', (one) => Number(one.number_of_touches) === 2);
    const path = `/issues/${issue.id}`;
    const noted = await client.send('POST', `${path}/note`, {
      body_html: '<p>note</p>',
      thread_name: 'Mine',
    });
    expect(noted.body.data).toEqual({ id: expect.any(String), issue_id: issue.id });
    const [thread] = await client.list(`${path}/threads`);
    expect(thread).toMatchObject({ name: 'Mine', issue_id: issue.id });
    const messages = await client.list(`${path}/messages`);
    expect(messages.at(-1)).toMatchObject({
      is_private: true,
      thread_id: thread?.id,
      message_html: '<p>note</p>',
    });
    const again = { body_html: 'x', thread_id: thread?.id, message_id: messages.at(-1)?.id };
    expect((await client.send('POST', `${path}/note`, again)).status).toBe(400);

    const reply = { body_html: '<p>reply</p>', message_id: messages[0]?.id };
    const email_info = { to_emails: ['a@customer.example'] };
    if (messages[0]?.source === 'email')
      expect((await client.send('POST', `${path}/reply`, reply)).status).toBe(400);
    expect((await client.send('POST', `${path}/reply`, { ...reply, email_info })).status).toBe(200);
    expect((await client.list(`${path}/messages`)).at(-1)).toMatchObject({ is_private: false });
    expect(
      (await client.send('POST', `${path}/reply`, { body_html: 'x', message_id: messages.at(-1)?.id }))
        .status,
    ).toBe(400);
    expect((await client.send('POST', `${path}/messages`, { body_html: 'x' })).status).toBe(404);
    expect(client.sandbox.world.get('issues', `${issue.id}`)).toMatchObject({
      latest_message_time: iso(NOW),
      updated_at: issue.updated_at,
    });
  });

  test('redacts and deletes messages without a trace on the issue', async ({ open }) => {
    const client = await open({ traps: false });
    const issue = found(client, 'issues', (one) => Number(one.number_of_touches) === 3);
    const path = `/issues/${issue.id}/messages`;
    const [first, second, third] = await client.list(path);
    const redacted = await client.send('POST', `${path}/${first?.id}/redact`);
    expect(redacted.body.data).toEqual({ ...first, message_html: '', file_urls: [] });
    expect((await client.send('DELETE', `${path}/${second?.id}`)).status).toBe(200);
    expect((await client.send('DELETE', `${path}/${second?.id}`)).status).toBe(404);
    expect(await client.list(path)).toEqual([redacted.body.data, third]);
    expect(client.sandbox.world.get('issues', `${issue.id}`)).toEqual(issue);
  });
});
