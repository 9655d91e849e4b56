import { describe, expect } from 'vitest';
import { resources } from '../../src/resources/index.ts';
import type { Resource } from '../../src/sandbox/resources/define.ts';
import { resources as served } from '../../src/sandbox/resources/index.ts';
import { MORE_THAN_A_PAGE } from '../helpers/sandbox.ts';
import { DOCUMENTED } from '../resources/documented.ts';
import { type Client, DAY, found, held, iso, NOW, test } from './client.ts';

const endpointsOf = ({ routes }: Resource) => routes.map(({ endpoint }) => endpoint);
const pathOf = (name: string) => `/${name.replaceAll('_', '-')}`;

/** Queries of lists that need one, or that are to take more than one page. */
const QUERIES: Readonly<Record<string, string>> = {
  users: 'include_deactivated=true',
  accounts: 'limit=5',
  contacts: 'limit=999',
  tasks: 'limit=7',
  audit_logs: 'limit=13',
  email_suppressions: 'limit=3',
  issue_messages: 'limit=1000',
  survey_responses: 'limit=4',
  articles: 'limit=3',
};
/** No request lists all of these: they are listed by window, by object type. */
const IN_PARTS = ['issues', 'custom_fields'];

const LISTED = served.filter(
  (resource) =>
    endpointsOf(resource).includes(`GET ${pathOf(resource.name)}`) && !IN_PARTS.includes(resource.name),
);
const BY_ID = served.filter((resource) =>
  endpointsOf(resource).includes(`GET ${pathOf(resource.name)}/{id}`),
);
/** Fields that only a search shows. */
const SEARCHED: Readonly<Record<string, readonly string[]>> = { feature_requests: ['account_ids'] };
/** Listed by their parent, with the path that does it. */
const CHILDREN = served.flatMap((resource) =>
  endpointsOf(resource).flatMap((endpoint) => {
    const [, path] = /^GET (\/[a-z-]+\/\{id\}\/[a-z-]+)$/.exec(endpoint) ?? [];
    return path === undefined ? [] : [{ name: resource.name, path, parent: parentOf(path) }];
  }),
);

function parentOf(path: string): string {
  return (path.split('/')[1] ?? '').replaceAll('-', '_');
}

describe('what is served', () => {
  test('holds a few of everything that is mirrored, with every field Pylon documents', async ({ open }) => {
    const client = await open({ issues: 200 });
    for (const { name } of resources) {
      const objects = held(client, name);
      expect(objects.length, name).toBeGreaterThan(0);
      expect(client.sandbox.world.count(name), name).toBe(objects.length);
      const fields = new Set(objects.flatMap((object) => Object.keys(object)));
      const documented = (DOCUMENTED[name] ?? '').split(' ');
      expect(
        documented.filter((field) => !fields.has(field)),
        name,
      ).toEqual([]);
    }
  });

  test('has as many lists, children and objects by id as are looked at here', () => {
    expect(LISTED.length).toBeGreaterThanOrEqual(14);
    expect(CHILDREN.length).toBeGreaterThanOrEqual(7);
    expect(BY_ID.length).toBeGreaterThanOrEqual(13);
  });

  test.for(LISTED.map(({ name }) => name))('lists all %s', async (name, { calm: client }) => {
    expect(await client.list(`${pathOf(name)}?${QUERIES[name] ?? ''}`)).toEqual(held(client, name));
  });

  test('lists the children of every parent, and no others', async ({ open }) => {
    const client = await open({ traps: false, issues: 40 });
    for (const { name, parent, path } of CHILDREN) {
      const expected = [...client.sandbox.world.all(name)];
      const [fact = ''] = Object.keys(expected[0]?.path ?? {});
      const listed: unknown[] = [];
      for (const { id } of held(client, parent)) {
        const objects = await client.list(`${path.replace('{id}', `${id}`)}?${QUERIES[name] ?? ''}`);
        listed.push(...objects.map((object) => ({ object, path: { [fact]: id } })));
      }
      expect(new Set(listed.map((one) => JSON.stringify(one))), name).toEqual(
        new Set(expected.map((one) => JSON.stringify(one))),
      );
      expect(listed.length, name).toBe(expected.length);
    }
  });

  test('gives each object by its id, issues by number and accounts by external id too', async ({
    calm: client,
  }) => {
    for (const { name } of BY_ID) {
      const object = found(client, name);
      const shown = Object.entries(object).filter(([field]) => !SEARCHED[name]?.includes(field));
      expect((await client.get(`${pathOf(name)}/${object.id}`)).body.data, name).toEqual(
        Object.fromEntries(shown),
      );
    }
    const issue = found(client, 'issues');
    expect((await client.get(`/issues/${issue.number}`)).body.data).toEqual(issue);
    const account = found(client, 'accounts');
    const [{ external_id } = { external_id: '' }] = account.external_ids as { external_id: string }[];
    expect((await client.get(`/accounts/${external_id}`)).body.data).toEqual(account);
    expect((await client.get('/issues/nobody')).status).toBe(404);
  });

  test('names the organization, and a token user without an address', async ({ open }) => {
    const { body } = await (await open()).get('/me');
    expect(body.data).toEqual({
      id: expect.any(String),
      name: expect.any(String),
      user: { id: expect.any(String) },
    });
  });

  test('hides deactivated users unless they are asked for', async ({ open }) => {
    const client = await open();
    const all = await client.list('/users?include_deactivated=true');
    const active = await client.list('/users');
    expect(active).toEqual(all.filter((user) => user.is_deactivated !== true));
    expect(active.length).toBeLessThan(all.length);
  });

  test('gives articles of other languages under the same ids', async ({ calm: client }) => {
    const base = found(client, 'knowledge_bases');
    const [language] = (base.supported_languages as string[]).filter((one) => one !== base.default_language);
    const translated = await client.list(`/knowledge-bases/${base.id}/articles?language=${language}`);
    const originals = await client.list(`/knowledge-bases/${base.id}/articles`);
    expect(translated.length).toBeGreaterThan(0);
    for (const article of translated) {
      const original = originals.find(({ id }) => id === article.id);
      expect(original?.title).not.toBe(article.title);
      const one = await client.get(`/knowledge-bases/${base.id}/articles/${article.id}?language=${language}`);
      expect(one.body.data).toEqual(article);
    }
    expect((await client.get(`/knowledge-bases/${base.id}/articles?language=xx`)).status).toBe(400);
  });

  test('names every milestone, and one that is gone, in tasks alone', async ({ open }) => {
    const client = await open();
    const named = new Set(held(client, 'tasks').map((task) => (task.milestone as { id: string }).id));
    const known = held(client, 'milestones').map(({ id }) => `${id}`);
    expect(known.filter((id) => !named.has(id))).toEqual([]);
    const gone = [...named].filter((id) => !known.includes(id));
    expect(gone.length).toBe(1);
    expect((await client.get(`/milestones/${gone[0]}`)).status).toBe(404);
    expect((await client.get('/milestones')).status).toBe(404);
  });

  test('is the same for the same seed, options and clock, and other for another seed', async ({ open }) => {
    const read = async (client: Client) => {
      const range = `start_time=${iso(NOW - 30 * DAY)}&end_time=${iso(NOW)}`;
      const answers = [await client.get(`/issues?${range}`), await client.get('/accounts?limit=99')];
      return answers.map(({ body }) => body);
    };
    const first = await read(await open());
    expect(await read(await open())).toEqual(first);
    expect(await read(await open({ seed: 2 }))).not.toEqual(first);
  });
});

describe('pages', () => {
  test('are keysets: what is made or removed during a scan shifts nothing', async ({ open }) => {
    const client = await open();
    const before = held(client, 'accounts').map(({ id }) => id);
    const first = await client.get('/accounts?limit=4');
    const { cursor } = first.body.pagination as { cursor: string };
    expect(Buffer.from(cursor, 'base64').toString()).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z\|[0-9a-f-]{36}$/,
    );
    client.sandbox.world.remove('accounts', `${before[3]}`);
    client.sandbox.world.put('accounts', { id: 'new', name: 'new', created_at: iso(NOW) });
    const rest = await client.get(`/accounts?limit=999&cursor=${encodeURIComponent(cursor)}`);
    expect((rest.body.data as { id: string }[]).map(({ id }) => id)).toEqual(before.slice(4));
  });

  test.for([
    ['/accounts', 'limit is required'],
    ['/contacts', 'limit is required'],
    ['/accounts?limit=0', 'limit'],
    ['/tasks?limit=1000', 'limit'],
    ['/tasks?limit=ten', 'limit'],
    ['/audit-logs?cursor=nonsense', 'cursor'],
    ['/custom-fields', 'object_type'],
    ['/custom-fields?object_type=planet', 'object_type'],
    ['/issues', 'start_time'],
    [`/issues?start_time=${iso(NOW - DAY)}`, 'end_time'],
    [`/issues?start_time=yesterday&end_time=${iso(NOW)}`, 'start_time'],
    [`/issues?start_time=${iso(NOW - 31 * DAY)}&end_time=${iso(NOW)}`, '30 days'],
    [`/issues?start_time=${iso(NOW)}&end_time=${iso(NOW - DAY)}`, 'end_time'],
    [`/issues?limit=20001&start_time=${iso(NOW - DAY)}&end_time=${iso(NOW)}`, 'limit'],
  ])('%s is refused for its %s', async ([path = '', word = ''], { calm }) => {
    const { status, body } = await calm.get(path);
    expect(status).toBe(400);
    expect(body).toEqual({ errors: [expect.stringContaining(word)], request_id: expect.any(String) });
  });

  test('of messages run from the oldest, and hold all where no limit is given', async ({ open }) => {
    const client = await open({ issues: 20, mostMessages: MORE_THAN_A_PAGE });
    const { id } = found(client, 'issues', ({ number_of_touches: touches }) => Number(touches) > 1_000);
    const all = (await client.get(`/issues/${id}/messages`)).body.data as { id: string; timestamp: string }[];
    const idsOf = (objects: unknown) => (objects as { id: string }[]).map((object) => object.id);
    expect(all.length).toBe(MORE_THAN_A_PAGE);
    expect(all).toEqual([...all].sort((a, b) => a.timestamp.localeCompare(b.timestamp)));
    const first = await client.get(`/issues/${id}/messages?limit=1000`);
    expect(idsOf(first.body.data)).toEqual(idsOf(all.slice(0, 1_000)));
    expect(idsOf(await client.list(`/issues/${id}/messages?limit=1000`))).toEqual(idsOf(all));
    expect((await client.get(`/issues/${id}/messages?limit=1001`)).status).toBe(400);
  });

  test('come in a sandbox of 20,000 issues wherever Pylon pages', async ({ open }) => {
    const { world } = (await open({ issues: 20_000 })).sandbox;
    for (const resource of ['issues', 'accounts', 'contacts', 'tasks', 'audit_logs']) {
      expect(world.count(resource), resource).toBeGreaterThan(999);
    }
  });
});
