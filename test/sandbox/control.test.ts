import { describe, expect } from 'vitest';
import { type Client, DAY, found, held, iso, NOW, test } from './client.ts';

/** What a test in another process sends to a sandbox. */
async function control(client: Client, method: string, path: string, body?: unknown) {
  const response = await fetch(`${client.sandbox.url}/__sandbox${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a sandbox in another process', () => {
  test('takes faults, and tells of requests', async ({ open }) => {
    const client = await open({ limits: { 'GET /teams': 1 } });
    const fault = { endpoint: 'GET /me', kind: '500' };
    expect((await control(client, 'POST', '/faults', fault)).status).toBe(200);
    expect((await client.get('/me')).status).toBe(500);
    await control(client, 'POST', '/faults', fault);
    await control(client, 'DELETE', '/faults');
    expect((await client.get('/me')).status).toBe(200);
    expect((await control(client, 'POST', '/faults', { ...fault, kind: 'gremlins' })).status).toBe(400);
    await client.get('/teams');
    await client.get('/teams');
    expect(JSON.parse((await control(client, 'GET', '/requests')).text)).toEqual({
      endpoints: { 'GET /me': { requests: 2, own429: 0 }, 'GET /teams': { requests: 2, own429: 1 } },
      own429: 1,
    });
  });

  test('shows one resource or the whole world, one object a line', async ({ open }) => {
    const client = await open();
    const messages = lines((await control(client, 'GET', '/world/issue_messages')).text);
    expect(messages.length).toBe(client.sandbox.world.count('issue_messages'));
    expect(messages[0].path).toEqual({ issue_id: expect.any(String) });
    const everything = lines((await control(client, 'GET', '/world')).text);
    for (const resource of ['users', 'issues', 'task_comments', 'audit_logs'])
      expect(everything.filter((line) => line.resource === resource).length, resource).toBe(
        client.sandbox.world.count(resource),
      );
    expect((await control(client, 'GET', '/world/planets')).status).toBe(400);
  });

  test('puts, changes and removes objects', async ({ open }) => {
    const client = await open();
    const { id } = found(client, 'accounts');
    await control(client, 'POST', '/world/tags', { put: { id: 't', value: 'odd', nested: { a: null } } });
    await control(client, 'POST', '/world/accounts', { patch: { name: 'renamed' }, id });
    await control(client, 'POST', '/world/teams', { remove: found(client, 'teams').id });
    const tags = lines((await control(client, 'GET', '/world/tags')).text);
    expect(tags).toContainEqual({ object: { id: 't', value: 'odd', nested: { a: null } }, path: {} });
    expect(found(client, 'accounts')).toMatchObject({ name: 'renamed', updated_at: iso(NOW) });
    expect(client.sandbox.world.count('teams')).toBe(4);
    expect((await control(client, 'POST', '/world/accounts', { patch: {}, id: 'no' })).status).toBe(400);
  });

  test('changes an object silently: its time of change stays', async ({ open }) => {
    const client = await open();
    const { id, updated_at } = found(client, 'issues');
    await control(client, 'POST', '/world/issues', { patch: { title: 'Silently' }, id, silent: true });
    expect(client.sandbox.world.get('issues', `${id}`)).toMatchObject({ title: 'Silently', updated_at });
  });

  test('creates objects with an id, and the times that others of their kind bear', async ({ open }) => {
    const client = await open();
    const create = async (resource: string, fields: object, path?: object) =>
      JSON.parse(
        (await control(client, 'POST', `/world/${resource}`, { create: fields, ...(path && { path }) })).text,
      ).object;
    expect(await create('issues', { title: 'New' })).toMatchObject({
      id: expect.any(String),
      number: 121,
      title: 'New',
      created_at: iso(NOW),
      updated_at: iso(NOW),
    });
    const contact = await create('contacts', { name: 'Ada', email: 'ada@firm.example' });
    expect(Object.keys(contact)).toEqual(['id', 'name', 'email']);
    expect((await client.get(`/contacts/${contact.id}`)).body.data).toEqual(contact);
    const task_id = `${found(client, 'tasks').id}`;
    const comment = await create('task_comments', { body_html: 'x' }, { task_id });
    expect(await client.list(`/tasks/${task_id}/comments`)).toContainEqual(comment);
  });

  test('adds, empties and removes messages, and merges accounts', async ({ open }) => {
    let now = NOW;
    const client = await open({ now: () => now });
    const issue_id = `${found(client, 'issues', ({ number_of_touches }) => Number(number_of_touches) > 1).id}`;
    const before = client.sandbox.world.get('issues', issue_id);
    now += DAY;
    const added = JSON.parse((await control(client, 'POST', '/messages', { issue_id })).text).object;
    expect(client.sandbox.world.get('issues', issue_id)).toMatchObject({
      latest_message_time: iso(now),
      updated_at: before?.updated_at,
    });
    await control(client, 'POST', '/redactions', { message_id: added.id });
    expect(client.sandbox.world.get('issue_messages', added.id)).toMatchObject({ message_html: '' });
    await control(client, 'POST', '/world/issue_messages', { remove: added.id });
    expect(client.sandbox.world.get('issue_messages', added.id)).toBeUndefined();

    const [into, loser] = held(client, 'accounts').map(({ id }) => `${id}`);
    await control(client, 'POST', '/merges', { into, ids: [loser] });
    expect((await client.get(`/accounts/${loser}`)).status).toBe(404);
    expect((await control(client, 'POST', '/merges', { into, ids: [] })).status).toBe(400);
  });
});
