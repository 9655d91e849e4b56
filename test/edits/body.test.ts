import { describe, expect, test } from 'vitest';
import { actionNamed, requestOf } from '../../src/edits/actions.ts';
import { bodyOf, kindsOf, paramsOf, writableColumns } from '../../src/edits/body.ts';
import { resourceNamed } from '../../src/resources/index.ts';

const fieldsOf = (values: Readonly<Record<string, unknown>>) =>
  Object.entries(values).map(([name, value]) => {
    const [column = '', slug] = name.split('.');
    return { column, value, ...(slug === undefined ? {} : { slug }) };
  });
type Row = Readonly<Record<string, unknown>>;
const bodyFor = (resource: string, values: Row, row: Row = { id: 'x' }) =>
  bodyOf(resourceNamed(resource), fieldsOf(values), row);

describe('the body of a request', () => {
  test.each<[what: string, resource: string, values: Row, body: Row, row?: Row]>([
    ['a value, under its name', 'issues', { title: 'T' }, { title: 'T' }],
    ['a value, under Pylon’s name', 'accounts', { type: 'partner' }, { account_type: 'partner' }],
    ['a reference that is cleared', 'issues', { account_id: null }, { account_id: '' }],
    ['a set that is emptied', 'issues', { tags: null }, { tags: [] }],
    ['a set, each of it once', 'issues', { tags: ['a', 'b', 'a'] }, { tags: ['a', 'b'] }],
    [
      'an object without what is null in it',
      'macros',
      { visibility: { type: 'users', user_ids: null, more: [{ id: '1', name: null }, null] } },
      { visibility: { type: 'users', more: [{ id: '1' }] } },
    ],
    [
      'a list of objects without what is null in them',
      'accounts',
      { channels: [{ channel_id: 'C', source: 'slack', mirror_to: null }] },
      { channels: [{ channel_id: 'C', source: 'slack' }] },
    ],
    [
      'options without what is null in them',
      'custom_fields',
      { select_metadata: { options: [{ label: 'A', slug: 'a', ai_description: null }] } },
      { select_options: [{ label: 'A', slug: 'a' }] },
    ],
    [
      'the visibility of an article without what is null in it',
      'articles',
      { visibility_config: { visibility: 'customer', allowed_user_ids: null } },
      { visibility_config: { visibility: 'customer' } },
    ],
    [
      'the address that was the first one, in whatever case',
      'contacts',
      { emails: ['b@x.com', 'Ann@X.com'] },
      {
        emails: [
          { email: 'b@x.com', is_primary: false },
          { email: 'Ann@X.com', is_primary: true },
        ],
      },
      { id: 'x', email: 'ann@x.com' },
    ],
    ['false', 'issues', { customer_portal_visible: false }, { customer_portal_visible: false }],
    [
      'an instant, in UTC',
      'tasks',
      { due_date: '2026-05-01 14:00:00+02' },
      { due_date: '2026-05-01T12:00:00Z' },
    ],
    [
      'an instant, in whole seconds',
      'tasks',
      { due_date: '2026-05-01T12:00:00.987Z' },
      { due_date: '2026-05-01T12:00:00Z' },
    ],
    ['nothing for a null that Pylon cannot take', 'tasks', { due_date: null, title: 'T' }, { title: 'T' }],
    ['nothing for a column that cannot be written', 'issues', { number: 7, title: 'T' }, { title: 'T' }],
    [
      'a user for a contact',
      'tasks',
      { assignee_user_id: 'u', assignee_contact_id: null },
      { assignee_id: 'u' },
    ],
    [
      'a contact for a user',
      'tasks',
      { assignee_user_id: null, assignee_contact_id: 'c' },
      { assignee_id: 'c' },
    ],
  ])('has %s', (_, resource, values, body, row) => {
    expect(bodyFor(resource, values, row)).toEqual(body);
  });

  test('has custom fields as a list, those that are unset by their slug alone', () => {
    const values = {
      ...{ 'custom_fields.plan': 'gold', 'custom_fields.plans': ['a', 'b'], 'custom_fields.tier': null },
      ...{ 'custom_fields.note': '', 'custom_fields.lists': [], 'custom_fields.seats': 5 },
    };
    expect(bodyFor('issues', values)).toEqual({
      custom_fields: [
        { slug: 'plan', value: 'gold' },
        { slug: 'plans', values: ['a', 'b'] },
        ...[{ slug: 'tier' }, { slug: 'note' }, { slug: 'lists' }],
        { slug: 'seats', value: '5' },
      ],
    });
  });

  test('has what follows from it and the row', () => {
    const draft = { current_draft_content_html: '<p>x</p>' };
    const rowOf = (is_published: boolean) => ({ id: 'a', is_published });
    expect(bodyFor('articles', draft, rowOf(true))).toEqual({
      body_html: '<p>x</p>',
      publish_updated_body_html: true,
    });
    expect(bodyFor('articles', draft, rowOf(false))).toEqual({ body_html: '<p>x</p>' });
  });
});

test('an action’s request has no null in it', () => {
  const conditions = { operator: 'and', conditions: [{ field: 'state', values: [null, 'new'], more: null }] };
  expect(requestOf(actionNamed('set_macro_conditions'), 'm', { conditions }).body).toEqual({
    conditions: { operator: 'and', conditions: [{ field: 'state', values: ['new'] }] },
  });
});

test('columns that only a create or only a change carries are told apart', () => {
  const { writes } = resourceNamed('issues');
  const [create, update] = [writableColumns(writes, 'create'), writableColumns(writes, 'update')];
  expect([create.includes('body_html'), update.includes('body_html')]).toEqual([true, false]);
  expect([create.includes('state'), update.includes('state')]).toEqual([false, true]);
  expect(writableColumns(resourceNamed('audit_logs').writes, 'update')).toEqual([]);
  expect(kindsOf(resourceNamed('issues'))).toMatchObject({
    state: 'value',
    tags: 'set',
    account_id: 'reference',
  });
});

test('a route’s placeholders are filled from the id and the row', () => {
  const route = '/knowledge-bases/{knowledge_base_id}/articles/{id}';
  expect(paramsOf(route, 'a', { knowledge_base_id: 'k', id: 'not this' })).toEqual({
    knowledge_base_id: 'k',
    id: 'a',
  });
});
