import { describe, expect } from 'vitest';
import { held, iso, NOW, test } from './client.ts';

type Json = Record<string, unknown>;
const id = (value: unknown) => (value as { id: string } | null)?.id;
const time = (value: unknown) => Date.parse(`${value}`);
const POINT = '2026-07-01T00:00:00Z';
const custom = (object: Json, slug: string) => (object.custom_fields as Record<string, Json>)[slug]?.value;

const leaf = (field: string, operator: string, given: Json = {}) => ({ field, operator, ...given });

const CASES: readonly (readonly [resource: string, filter: Json, test: (object: Json) => boolean])[] = [
  ['issues', leaf('state', 'equals', { value: 'closed' }), (one) => one.state === 'closed'],
  [
    'issues',
    leaf('state', 'in', { values: ['new', 'on_hold'] }),
    (one) => ['new', 'on_hold'].includes(`${one.state}`),
  ],
  ['issues', leaf('state', 'not_in', { values: ['closed'] }), (one) => one.state !== 'closed'],
  ['issues', leaf('issue_type', 'equals', { value: 'ticket' }), (one) => one.type === 'ticket'],
  [
    'issues',
    leaf('created_at', 'time_is_before', { value: POINT }),
    (one) => time(one.created_at) < time(POINT),
  ],
  [
    'issues',
    leaf('created_at', 'time_is_after', { value: POINT }),
    (one) => time(one.created_at) > time(POINT),
  ],
  [
    'issues',
    leaf('updated_at', 'time_is_after', { value: POINT }),
    (one) => time(one.updated_at) > time(POINT),
  ],
  [
    'issues',
    leaf('updated_at', 'time_range', { values: [POINT, iso(NOW)] }),
    (one) => time(one.updated_at) > time(POINT) && time(one.updated_at) < NOW,
  ],
  [
    'issues',
    leaf('resolved_at', 'time_is_after', { value: POINT }),
    (one) => one.resolution_time != null && time(one.resolution_time) > time(POINT),
  ],
  [
    'issues',
    leaf('latest_message_activity_at', 'time_is_after', { value: POINT }),
    (one) => one.latest_message_time != null && time(one.latest_message_time) > time(POINT),
  ],
  ['issues', leaf('assignee_id', 'is_unset'), (one) => one.assignee === null],
  ['issues', leaf('account_id', 'is_set'), (one) => one.account !== null],
  [
    'issues',
    leaf('tags', 'contains', { value: 'bug' }),
    (one) => (one.tags as string[] | null)?.includes('bug') ?? false,
  ],
  [
    'issues',
    leaf('tags', 'does_not_contain', { value: 'bug' }),
    (one) => !((one.tags as string[] | null)?.includes('bug') ?? false),
  ],
  ['issues', leaf('title', 'string_contains', { value: 'EXPORT' }), (one) => /export/i.test(`${one.title}`)],
  ['issues', leaf('priority', 'equals', { value: 'urgent' }), (one) => custom(one, 'priority') === 'urgent'],
  [
    'issues',
    leaf('affected_seats', 'greater_than', { value: '25' }),
    (one) => Number(custom(one, 'affected_seats')) > 25,
  ],
  [
    'issues',
    leaf('slack_channel_id', 'equals', { value: 'C100001' }),
    (one) => (one.slack as Json | null)?.channel_id === 'C100001',
  ],
  [
    'accounts',
    leaf('external_ids', 'is_set'),
    (one) => ((one.external_ids as unknown[] | null) ?? []).length > 0,
  ],
  ['accounts', leaf('owner_id', 'is_unset'), (one) => one.owner === null],
  ['contacts', leaf('email', 'string_contains', { value: '.1' }), (one) => `${one.email}`.includes('.1')],
  ['tasks', leaf('due_date', 'is_set'), (one) => one.due_date != null],
  ['tasks', leaf('status', 'not_in', { values: ['completed'] }), (one) => one.status !== 'completed'],
  ['projects', leaf('is_archived', 'equals', { value: 'true' }), (one) => one.is_archived === true],
  ['surveys', leaf('updated_at', 'time_is_before', { value: iso(NOW) }), () => true],
  [
    'audit_logs',
    leaf('action', 'string_does_not_contain', { value: 'login' }),
    (one) => !`${one.action}`.includes('login'),
  ],
];

const PATHS: Readonly<Record<string, string>> = { audit_logs: '/audit-logs/search' };

describe('search', () => {
  test.for(CASES)('%s where %o', async ([resource, filter, wanted], { calm: client }) => {
    const all = held(client, resource);
    const matched = await client.search(PATHS[resource] ?? `/${resource}/search`, { filter, limit: 40 });
    expect(matched).toEqual(all.filter(wanted));
    if (resource === 'issues') expect(matched.length).toBeGreaterThan(0);
    if (resource === 'issues') expect(matched.length).toBeLessThan(all.length);
  });

  test('combines conditions, three levels deep and no deeper', async ({ calm: client }) => {
    const closed = leaf('state', 'equals', { value: 'closed' });
    const ticket = leaf('issue_type', 'equals', { value: 'ticket' });
    const both = { operator: 'and', subfilters: [closed, ticket] };
    const deep = { operator: 'or', subfilters: [both, leaf('assignee_id', 'is_unset')] };
    const matched = await client.search('/issues/search', { filter: deep });
    expect(matched).toEqual(
      held(client, 'issues').filter(
        (one) => (one.state === 'closed' && one.type === 'ticket') || one.assignee === null,
      ),
    );
    const deeper = { operator: 'and', subfilters: [deep] };
    const { status, body } = await client.send('POST', '/issues/search', { filter: deeper });
    expect(status).toBe(400);
    expect(body.errors).toEqual(['filter is nested deeper than 3']);
  });

  test.for([
    [leaf('colour', 'equals', { value: 'red' }), 'colour'],
    [leaf('type', 'equals', { value: 'ticket' }), 'type'],
    [leaf('resolution_time', 'time_is_after', { value: POINT }), 'resolution_time'],
    [leaf('state', 'resembles', { value: 'new' }), 'resembles'],
    [leaf('state', 'string_contains', { value: 'new' }), 'does not allow'],
    [leaf('team_id', 'is_set'), 'does not allow'],
    [leaf('state', 'in', { value: 'new' }), 'values'],
    [leaf('state', 'equals', { values: ['new'] }), 'value'],
    [leaf('state', 'equals', { value: 1 }), 'value'],
    [leaf('created_at', 'time_is_after', { value: 'yesterday' }), 'RFC 3339'],
    [leaf('created_at', 'time_range', { values: [POINT] }), 'two times'],
    [{ operator: 'and', subfilters: [] }, 'subfilters'],
    ['all', 'object'],
  ] as const)('refuses %o, saying %s', async ([filter, word], { calm }) => {
    const { status, body } = await calm.send('POST', '/issues/search', { filter });
    expect(status).toBe(400);
    expect(body.errors).toEqual([expect.stringContaining(word)]);
  });

  test('ignores a key it does not know, and with it the filter that was meant', async ({ calm: client }) => {
    const filters = leaf('state', 'equals', { value: 'closed' });
    expect((await client.search('/issues/search', { filters })).length).toBe(200);
    expect((await client.search('/issues/search', {})).length).toBe(200);
  });

  test('is strict about times: what was changed in the very second is not after it', async ({ open }) => {
    const client = await open({ issues: 3 });
    const [issue] = held(client, 'issues');
    client.sandbox.world.patch('issues', `${issue?.id}`, { title: 'now' });
    const changedAfter = (value: string) =>
      client.search('/issues/search', { filter: leaf('updated_at', 'time_is_after', { value }) });
    expect(await changedAfter(iso(NOW))).toEqual([]);
    expect((await changedAfter(iso(NOW - 1_000))).map(({ title }) => title)).toEqual(['now']);
  });

  test('finds the issues somebody follows', async ({ calm: client }) => {
    const follower = [...client.sandbox.world.all('issue_followers')].find(
      ({ object }) => object.type === 'user',
    );
    const filter = leaf('follower_user_id', 'equals', { value: follower?.object.id });
    const followed = await client.search('/issues/search', { filter });
    expect(followed.map(id)).toContain(follower?.path.issue_id);
    expect(followed.length).toBeLessThan(200);
  });

  test.for([0, 1_000, '10', 1.5])('refuses a limit of %s', async (limit, { calm }) => {
    const { status } = await calm.send('POST', '/accounts/search', { limit });
    expect(status).toBe(limit === '10' ? 200 : 400);
  });
});
