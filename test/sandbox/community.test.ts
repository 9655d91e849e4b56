import { describe, expect } from 'vitest';
import { found, held, iso, NOW, test } from './client.ts';

type Json = Record<string, unknown>;

describe('in the shapes of the third-party document', () => {
  test('objects are bare where that document has no envelope', async ({ open }) => {
    const client = await open({ shape: 'community', traps: false });
    const task = found(client, 'tasks', (one) => one.assignee !== null);
    const { user, contact } = task.assignee as Record<string, Json>;
    expect((await client.get(`/tasks/${task.id}`)).body).toEqual({
      id: task.id,
      title: task.title,
      description: task.body_html,
      status: task.status,
      account_id: (task.account as Json | undefined)?.id ?? null,
      project_id: (task.project as Json | null)?.id ?? null,
      assignee_id: (user ?? contact)?.id,
      due_date: task.due_date,
    });
    const issue = found(client, 'issues');
    const { body } = await client.get(`/issues/${issue.id}`);
    expect(Object.keys(body)).toEqual(['data']);
    expect(body.data).toMatchObject({ id: issue.id, number: issue.number });
    expect(body.data).not.toHaveProperty('type');
  });

  test('external ids are texts, custom fields free objects, articles published', async ({ open }) => {
    const client = await open({ shape: 'community', traps: false });
    const [account] = (await client.get('/accounts?limit=1')).body.data as Json[];
    const official = found(client, 'accounts');
    expect(account?.external_ids).toEqual((official.external_ids as Json[]).map((one) => one.external_id));
    const fields = Object.values(official.custom_fields as Record<string, Json>);
    expect(account?.custom_fields).toEqual(
      Object.fromEntries(fields.map((one) => [one.slug, one.value ?? one.values])),
    );
    const [contact] = (await client.get('/contacts?limit=1')).body.data as Json[];
    expect(contact).toHaveProperty('account_id');
    const base = found(client, 'knowledge_bases');
    const articles = await client.list(`/knowledge-bases/${base.id}/articles`);
    expect(articles.length).toBeGreaterThan(0);
    for (const article of articles) {
      expect(Object.keys(article).sort()).toEqual(
        ['body_html', 'collection_id', 'created_at', 'id', 'published', 'slug', 'title', 'updated_at'].sort(),
      );
    }
    expect((await client.get('/me')).body.data).toMatchObject({ id: expect.any(String), status: 'active' });
  });

  test('pages hold the same objects', async ({ open }) => {
    const client = await open({ shape: 'community' });
    const ids = (await client.search('/issues/search', { limit: 50 })).map(({ id }) => id);
    expect(ids).toEqual(held(client, 'issues').map(({ id }) => id));
  });

  test('writes are taken in that document’s words', async ({ open }) => {
    const client = await open({ shape: 'community' });
    const account = found(client, 'accounts');
    await client.send('PATCH', `/accounts/${account.id}`, {
      type: 'partner',
      custom_fields: { plan: 'team' },
    });
    expect(client.sandbox.world.get('accounts', `${account.id}`)).toMatchObject({
      type: 'partner',
      custom_fields: { plan: { slug: 'plan', value: 'team' } },
    });
    const { id } = found(client, 'issues');
    await client.send('PATCH', `/issues/${id}`, { priority: 'low' });
    await client.send('POST', `/issues/${id}/snooze`, { snooze_until_time: iso(NOW) });
    expect(client.sandbox.world.get('issues', `${id}`)).toMatchObject({
      snoozed_until_time: iso(NOW),
      custom_fields: { priority: { slug: 'priority', value: 'low' } },
    });
    const made = await client.send('POST', '/tasks', { title: 'T', description: '<p>d</p>' });
    expect(made.body).toMatchObject({ title: 'T', description: '<p>d</p>' });
  });
});
