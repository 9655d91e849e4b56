import { describe, expect } from 'vitest';
import { type Client, found, held, iso, NOW, test } from './client.ts';

type Json = Record<string, unknown>;
const data = async (answer: ReturnType<Client['send']>) => (await answer).body.data as Json;
const status = async (answer: ReturnType<Client['send']>) => (await answer).status;

describe('writes of users, teams, tags, custom fields and macros', () => {
  test('change a user’s role and status', async ({ open }) => {
    const client = await open();
    const { id } = found(client, 'users');
    const role = found(client, 'user_roles');
    const user = await data(client.send('PATCH', `/users/${id}`, { role_id: role.id, status: 'away' }));
    expect(user).toMatchObject({ role_id: role.id, role, status: 'away' });
    expect(await status(client.send('PATCH', `/users/${id}`, { status: 'asleep' }))).toBe(400);
    expect(await status(client.send('PATCH', `/users/${id}`, { email: 'x' }))).toBe(400);
    expect(await status(client.send('DELETE', `/users/${id}`))).toBe(404);
  });

  test('replace the members of a team', async ({ open }) => {
    const client = await open();
    const user = found(client, 'users');
    const team = await data(client.send('POST', '/teams', { name: 'New', user_ids: [user.id, user.id] }));
    expect(team.users).toEqual([{ id: user.id, email: user.email }]);
    expect(await data(client.send('PATCH', `/teams/${team.id}`, { user_ids: [] }))).toMatchObject({
      users: [],
    });
    expect(await status(client.send('PATCH', `/teams/${team.id}`, { user_ids: ['nobody'] }))).toBe(400);
  });

  test('make, rename and delete a tag', async ({ open }) => {
    const client = await open();
    const tag = await data(client.send('POST', '/tags', { object_type: 'issue', value: 'fresh' }));
    expect(await data(client.send('PATCH', `/tags/${tag.id}`, { hex_color: '#000000' }))).toMatchObject({
      value: 'fresh',
    });
    expect(await status(client.send('POST', '/tags', { object_type: 'contact', value: 'x' }))).toBe(400);
    expect(await status(client.send('DELETE', `/tags/${tag.id}`))).toBe(200);
    expect(await status(client.send('DELETE', `/tags/${tag.id}`))).toBe(404);
  });

  test('make a custom field that issues can have from then on', async ({ open }) => {
    const client = await open();
    const made = await data(
      client.send('POST', '/custom-fields', {
        object_type: 'issue',
        label: 'How bad',
        type: 'select',
        select_options: [{ label: 'Very bad' }],
      }),
    );
    expect(made).toMatchObject({ slug: 'how_bad', select_metadata: { options: [{ slug: 'very_bad' }] } });
    const { id } = found(client, 'issues');
    const custom_fields = [{ slug: 'how_bad', value: 'very_bad' }];
    expect(await status(client.send('PATCH', `/issues/${id}`, { custom_fields }))).toBe(200);
    const filter = { field: 'how_bad', operator: 'equals', value: 'very_bad' };
    expect((await client.search('/issues/search', { filter })).map((issue) => issue.id)).toEqual([id]);
    const synced = found(client, 'custom_fields', (one) => one.is_read_only === true);
    expect(await status(client.send('PATCH', `/custom-fields/${synced.id}`, { label: 'x' }))).toBe(400);
  });

  test('clean the text of a macro', async ({ open }) => {
    const client = await open();
    const group = found(client, 'macro_groups');
    const body = { macro_group_id: group.id, name: 'M', text_html: 'a<script>b</script>c' };
    const macro = await data(client.send('POST', '/macros', body));
    expect(macro).toMatchObject({ text_html: 'ac', text_type: 'reply' });
    expect(await status(client.send('PATCH', `/macros/${macro.id}`, { macro_group_id: 'none' }))).toBe(400);
    const list = await client.list(`/macros?macro_group_id=${group.id}`);
    expect(list.map(({ id }) => id)).toContain(macro.id);
  });
});

describe('writes of tasks, projects and milestones', () => {
  test('assign a task to a user or to a contact, and comment on it', async ({ open }) => {
    const client = await open();
    const [user, contact] = [found(client, 'users'), found(client, 'contacts')];
    const task = await data(client.send('POST', '/tasks', { title: 'T', assignee_id: user.id }));
    expect(task).toMatchObject({
      status: 'not_started',
      assignee: { user: { id: user.id } },
      created_at: iso(NOW),
    });
    const patched = await data(
      client.send('PATCH', `/tasks/${task.id}`, { assignee_id: contact.id, status: 'completed' }),
    );
    expect(patched).toMatchObject({ assignee: { contact: { id: contact.id } }, status: 'completed' });
    expect(await status(client.send('PATCH', `/tasks/${task.id}`, { due_date: 'soon' }))).toBe(400);
    expect(await status(client.send('PATCH', `/tasks/${task.id}`, { account_id: 'x' }))).toBe(400);
    const comments = `/tasks/${task.id}/comments`;
    const comment = await data(client.send('POST', comments, { body_html: '<p>c</p>', is_internal: true }));
    expect(await client.list(comments)).toEqual([comment]);
    const edited = await data(client.send('PATCH', `${comments}/${comment.id}`, { body_html: '<p>d</p>' }));
    expect(edited).toMatchObject({ body_html: '<p>d</p>', last_edited_at: iso(NOW) });
    expect(await status(client.send('DELETE', `${comments}/${comment.id}`))).toBe(200);
    const written = await data(client.send('POST', comments, { body_html: '<p>e</p>' }));
    expect(client.sandbox.world.get('task_comments', `${written.id}`)).toBeDefined();
    expect(await status(client.send('DELETE', `/tasks/${task.id}`))).toBe(200);
    expect(await status(client.get(comments))).toBe(404);
    // What hangs on a task is gone with it.
    expect(client.sandbox.world.get('task_comments', `${written.id}`)).toBeUndefined();
  });

  test('hang a subtask on its parent', async ({ open }) => {
    const client = await open();
    const parent = found(client, 'tasks');
    const task = await data(client.send('POST', '/tasks', { title: 'sub', parent_task_id: parent.id }));
    expect(client.sandbox.world.get('tasks', `${parent.id}`)?.subtask_ids).toContain(task.id);
    expect(await status(client.send('POST', '/tasks', { title: 'sub', parent_task_id: 'x' }))).toBe(400);
  });

  test('make and archive a project with a milestone that only its id finds', async ({ open }) => {
    const client = await open();
    const account = found(client, 'accounts');
    const project = await data(client.send('POST', '/projects', { name: 'P', account_id: account.id }));
    expect((await client.search('/projects/search', {}))[0]).toEqual(project);
    const archived = await data(client.send('PATCH', `/projects/${project.id}`, { is_archived: true }));
    expect(archived).toMatchObject({ is_archived: true, archived_at: iso(NOW) });
    const body = { name: 'M', project_id: project.id, due_date: '2027-01-01T00:00:00Z' };
    const milestone = await data(client.send('POST', '/milestones', body));
    expect(milestone).toMatchObject({
      project: { id: project.id },
      account: { id: account.id },
      due_date: body.due_date,
    });
    expect(await data(client.get(`/milestones/${milestone.id}`))).toEqual(milestone);
    expect(await status(client.send('POST', '/milestones', { name: 'M' }))).toBe(400);
    expect(await status(client.send('DELETE', `/milestones/${milestone.id}`))).toBe(200);
    expect(await status(client.send('DELETE', `/projects/${project.id}`))).toBe(200);
    expect(await status(client.get(`/projects/${project.id}`))).toBe(404);
  });
});

describe('writes of knowledge bases', () => {
  test('keep an edited article a draft until it is published', async ({ open }) => {
    const client = await open();
    const base = found(client, 'knowledge_bases');
    const author_user_id = found(client, 'users').id;
    const path = `/knowledge-bases/${base.id}/articles`;
    const body = { title: 'An Article', body_html: '<p>1</p>', author_user_id, is_published: true };
    const article = await data(client.send('POST', path, body));
    expect(article).toMatchObject({
      slug: 'an-article',
      current_published_content_html: '<p>1</p>',
      is_published: true,
    });
    const one = `${path}/${article.id}`;
    expect(await data(client.send('PATCH', one, { body_html: '<p>2</p>' }))).toMatchObject({
      current_draft_content_html: '<p>2</p>',
      current_published_content_html: '<p>1</p>',
    });
    const publish = { body_html: '<p>3</p>', publish_updated_body_html: true };
    expect(await data(client.send('PATCH', one, publish))).toMatchObject({
      current_draft_content_html: '<p>3</p>',
      current_published_content_html: '<p>3</p>',
    });
    expect(await status(client.send('PATCH', one, { slug: 'other' }))).toBe(400);
    expect(await status(client.send('PATCH', one, { collection_id: 'x' }))).toBe(400);
    const twin = await client.send('POST', path, body);
    expect([twin.status, twin.body.exists_id]).toEqual([400, article.id]);
  });

  test('replace the tags of an article, and change one language of it', async ({ open }) => {
    const client = await open();
    const translation = [...client.sandbox.world.all('article_translations')][0];
    const { knowledge_base_id, language } = translation?.path ?? {};
    const path = `/knowledge-bases/${knowledge_base_id}/articles/${translation?.object.id}`;
    const before = await data(client.get(path));
    const changed = await data(client.send('PATCH', path, { language, title: 'Traduit' }));
    expect(changed.title).toBe('Traduit');
    expect((await data(client.get(path))).title).toBe(before.title);
    expect((await data(client.get(`${path}?language=${language}`))).title).toBe('Traduit');
    const tag = found(client, 'tags', (one) => one.object_type === 'article');
    expect((await data(client.send('PATCH', path, { tag_ids: [tag.id] }))).tags).toEqual([tag]);
    expect(
      await status(
        client.send('PATCH', path, {
          tag_ids: [found(client, 'tags', (one) => one.object_type === 'issue').id],
        }),
      ),
    ).toBe(400);
  });

  test('delete with a collection what is nested in it, and the articles there', async ({ open }) => {
    const client = await open({ traps: false });
    const base = found(client, 'knowledge_bases');
    const collections = await client.list(`/knowledge-bases/${base.id}/collections`);
    const [top] = collections.filter((one) =>
      collections.some((other) => other.parent_collection_id === one.id),
    );
    const gone = [top?.id];
    for (let i = 0; i < 3; i += 1) {
      gone.push(
        ...collections
          .filter((one) => gone.includes(one.parent_collection_id) && !gone.includes(one.id))
          .map(({ id }) => id),
      );
    }
    expect(gone.length).toBe(3);
    const articles = await client.list(`/knowledge-bases/${base.id}/articles`);
    expect(await status(client.send('DELETE', `/knowledge-bases/${base.id}/collections/${top?.id}`))).toBe(
      200,
    );
    const left = await client.list(`/knowledge-bases/${base.id}/articles`);
    expect(left).toEqual(articles.filter((one) => !gone.includes(one.collection_id)));
    expect(left.length).toBeLessThan(articles.length);
    expect((await client.list(`/knowledge-bases/${base.id}/collections`)).map(({ id }) => id)).toEqual(
      collections.map(({ id }) => id).filter((id) => !gone.includes(id)),
    );
    const ids = new Set(held(client, 'articles').map(({ id }) => id));
    expect(held(client, 'article_translations').every(({ id }) => ids.has(id))).toBe(true);
  });

  test('make collections and redirects', async ({ open }) => {
    const client = await open();
    const base = found(client, 'knowledge_bases');
    const path = `/knowledge-bases/${base.id}`;
    const collection = await data(client.send('POST', `${path}/collections`, { title: 'More Things' }));
    expect(collection).toMatchObject({ slug: 'more-things', parent_collection_id: null });
    const patched = await data(
      client.send('PATCH', `${path}/collections/${collection.id}`, { title: 'Less' }),
    );
    expect(patched).toMatchObject({ title: 'Less', slug: 'more-things' });
    const redirect = { from_path: '/old', object_type: 'collection', object_id: collection.id };
    expect(await data(client.send('POST', `${path}/route-redirects`, redirect))).toMatchObject({
      ...redirect,
      language: base.default_language,
    });
    expect(
      await status(client.send('POST', `${path}/route-redirects`, { from_path: '/a', to_path: '/b' })),
    ).toBe(400);
  });
});

test('a body of more than 10 MiB is refused with 413, and changes nothing', async ({ open }) => {
  const client = await open();
  const { id, title } = found(client, 'issues');
  const bodyOf = (bytes: number) => ({ title: 'x'.repeat(bytes - '{"title":""}'.length) });
  const largest = 10 * 1024 * 1024;
  const { status, body } = await client.send('PATCH', `/issues/${id}`, bodyOf(largest + 1));
  expect([status, body]).toEqual([413, expect.objectContaining({ code: 'payload_too_large' })]);
  expect(client.sandbox.world.get('issues', String(id))).toMatchObject({ title });
  expect((await client.send('PATCH', `/issues/${id}`, bodyOf(largest))).status).not.toBe(413);
});
