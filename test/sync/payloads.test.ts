import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { runBackfill } from '../helpers/backfill.ts';
import { test } from '../helpers/database.ts';
import { liveAnswer, payload } from '../resources/payloads.ts';

type Answers = (method: string, url: URL) => unknown;

/** Serves what `answers` gives, and the empty answer Pylon really sends for the rest. */
async function serve(answers: Answers) {
  const server = createServer((request, response) => {
    const body = answers(request.method ?? '', new URL(request.url ?? '/', 'http://pylon.test'));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body ?? liveAnswer('issues-empty')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'token',
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Every scalar of a value that is not an id of another object's copy, times in one form. */
function scalars(value: unknown): unknown[] {
  if (value == null) return [];
  if (typeof value === 'object') return Object.values(value).flatMap(scalars);
  return [typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : value];
}

/** Values of an object that its row does not hold, wherever they may stand there. */
function lost(object: Record<string, unknown>, row: unknown, copies: readonly string[] = []): unknown[] {
  const held = new Set(scalars(row));
  return Object.entries(object)
    .filter(([field]) => !copies.includes(field))
    .flatMap(([, value]) => scalars(value))
    .filter((scalar) => !held.has(scalar));
}

test('live answers in their envelopes are backfilled end to end without loss', async ({ database }) => {
  const pages = [liveAnswer('accounts-first-page'), liveAnswer('accounts-second-page')];
  const searches = liveAnswer('issues-search') as Record<string, { data: Record<string, unknown>[] }>;
  const found = Object.values(searches).filter((answer) => Array.isArray(answer?.data));
  const single = (name: string) => liveAnswer(name).data ?? liveAnswer(name);
  const pylon = await serve((method, url) => {
    switch (`${method} ${url.pathname}`) {
      case 'GET /me':
        return { data: { id: 'org', name: 'Org' } };
      case 'GET /accounts':
        return url.searchParams.has('cursor') ? pages[1] : pages[0];
      case 'GET /issues':
        return { data: [...found.flatMap(({ data }) => data), single('issue')], request_id: 'r' };
      case 'GET /contacts':
        return { data: [single('contact')] };
      case 'GET /users':
        return { data: [single('user')], pagination: { cursor: '', has_next_page: false } };
      case 'GET /tasks':
        return { data: [single('task-created')] };
      default:
        return undefined;
    }
  });
  const results = await runBackfill(pylon, database.url);
  await pylon.close();
  expect([...results.values()].filter(({ state }) => state !== 'done')).toEqual([]);

  const sent = {
    accounts: pages.flatMap(({ data }) => data as Record<string, unknown>[]),
    issues: [...found.flatMap(({ data }) => data), single('issue')] as Record<string, unknown>[],
    contacts: [single('contact')] as Record<string, unknown>[],
    users: [single('user')] as Record<string, unknown>[],
    tasks: [single('task-created')] as Record<string, unknown>[],
  };
  for (const [resource, objects] of Object.entries(sent)) {
    const { rows } = await database.pool.query(`SELECT to_jsonb(t) AS row FROM pylon.${resource} AS t`);
    expect(rows, resource).toHaveLength(objects.length);
    for (const object of objects) {
      const row = rows.find((candidate) => candidate.row.id === object.id)?.row;
      expect(row, `${resource} ${object.id}`).toBeDefined();
      // A custom field's slug repeats its key; a role is an object of its own.
      const keys = new Set(Object.keys((object.custom_fields as object | null) ?? {}));
      expect(lost(object, row, ['role']).filter((scalar) => !keys.has(String(scalar)))).toEqual([]);
    }
  }
});

test('every documented field of every object arrives, bare or wrapped', async ({ database }) => {
  const kb = payload('knowledge_bases');
  const issue: Record<string, unknown> = {
    ...payload('issues'),
    created_at: new Date(Date.now() - 86_400_000).toISOString(),
  };
  const lists: Readonly<Record<string, unknown>> = {
    'GET /users': { data: [payload('users')] },
    'GET /user-roles': [payload('user_roles')],
    'GET /teams': { data: [payload('teams')], request_id: 'r' },
    'GET /issue-statuses': { data: [payload('issue_statuses')] },
    'GET /accounts': [payload('accounts')],
    'GET /issues': { data: [issue] },
    [`GET /issues/${issue.id}/messages`]: { data: [payload('issue_messages')] },
    'GET /tasks': { data: [payload('tasks')] },
    'POST /projects/search': { data: [payload('projects')] },
    'GET /knowledge-bases': { data: [kb] },
    [`GET /knowledge-bases/${kb.id}/articles`]: { data: [payload('articles')] },
    'GET /surveys': { data: [payload('surveys')] },
  };
  const pylon = await serve((method, url) => {
    if (url.pathname === '/me') return payload('organizations');
    if (url.pathname.startsWith('/milestones/')) return payload('milestones');
    return lists[`${method} ${url.pathname}`];
  });
  const results = await runBackfill(pylon, database.url);
  await pylon.close();
  expect([...results.values()].filter(({ state }) => state !== 'done')).toEqual([]);
  for (const resource of [
    'organizations',
    'users',
    'teams',
    'accounts',
    'issues',
    'issue_messages',
    'tasks',
    'milestones',
    'articles',
    'surveys',
  ]) {
    expect(results.get(resource), resource).toMatchObject({ inserted: 1, rejected: 0 });
  }
});
