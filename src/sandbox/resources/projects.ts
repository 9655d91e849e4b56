import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { DAY, instant, updatedWithin } from '../data/instants.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { firm, html } from '../data/words.ts';
import { bodyOf, customFieldWrites, filled, time } from '../routes/body.ts';
import { idOf } from '../routes/community.ts';
import { customFieldsAfter } from '../routes/custom-fields.ts';
import { at, hidden, REFERENCE, SOME, time as timeField } from '../routes/fields.ts';
import { sanitized } from '../routes/html.ts';
import { type Call, getRoute, type Reply, route, rowOf } from '../routes/route.ts';
import { searchRoute } from '../routes/search.ts';
import { change, create, dates, nowIn, reference, referred, removed, same } from '../routes/writes.ts';
import type { Resource } from './define.ts';

const common = {
  customer_portal_visible: z.boolean().exactOptional(),
  description_html: z.string().exactOptional(),
  end_date: time.exactOptional(),
  owner_id: z.string().exactOptional(),
  start_date: time.exactOptional(),
};
const creation = z.strictObject({
  ...common,
  account_id: filled,
  name: filled,
  project_template_id: z.string().exactOptional(),
});
const update = z.strictObject({
  ...common,
  name: filled.exactOptional(),
  custom_fields: customFieldWrites.exactOptional(),
  is_archived: z.boolean().exactOptional(),
});

export const projects: Resource = {
  name: 'projects',
  generate: (generator) => ({
    objects: generator.many(generator.share(100, 4), (i, created) => project(generator, i, created)),
    order: 'spread',
  }),
  routes: [
    searchRoute('POST /projects/search', 'middle', 'projects', {
      whenEmpty: 'null',
      customFields: 'project',
      filters: {
        account_id: at('account.id', [...SOME, 'is_set']),
        owner_id: at('owner_id', REFERENCE),
        status: hidden(SOME),
        is_archived: at('is_archived', ['equals']),
        created_at: timeField('created_at'),
        updated_at: timeField('updated_at'),
      },
    }),
    getRoute('GET /projects/{id}', 'high', 'projects'),
    route('POST /projects', 'high', createProject),
    route('PATCH /projects/{id}', 'high', updateProject),
    route('DELETE /projects/{id}', 'middle', (call) => removed(call, 'projects')),
  ],
  community: {
    bare: true,
    renames: { title: 'name', description: 'description_html' },
    object: (object) => ({
      id: object.id,
      title: object.name,
      description: object.description_html,
      account_id: idOf(object.account) ?? null,
      status: 'in_progress',
    }),
  },
};

/** A filter may use `status`, but no answer has it. */
function project({ seed, traps, start, objects }: Generator, index: number, created: number): Fields {
  const roll = new Dice(mix(seed, salt('projects'), index));
  const archived = index % 6 === 1;
  const name = traps ? `${firm(roll, index)} rollout` : undefined;
  const description = traps ? html(roll, 1) : '<p>From the contract to the first day of work.</p>';
  const account = roll.pick(objects('accounts'));
  return {
    id: ids(seed, 'projects').of(index),
    name: name ?? `${account.name} onboarding`,
    description_html: description,
    account: { id: account.id, external_ids: null },
    owner_id: index % 4 === 3 ? null : roll.pick(objects('users')).id,
    start_date: instant(created),
    end_date: index % 3 === 0 ? null : instant(created + 60 * DAY),
    customer_portal_visible: index % 2 === 0,
    is_archived: archived,
    ...(archived ? { archived_at: updatedWithin(start, created, 61) } : {}),
    project_template: index % 2 === 0 ? { id: ids(seed, 'project_templates').of(0) } : null,
    custom_fields: { go_live: { slug: 'go_live', value: instant(created + 30 * DAY) } },
    created_at: instant(created),
    updated_at: updatedWithin(start, created, index % 61),
  };
}

function fieldsOf(call: Call, body: Omit<z.output<typeof update>, 'custom_fields'>): Fields {
  const { owner_id, description_html } = body;
  return {
    ...same(body, ['customer_portal_visible']),
    ...dates(body, ['start_date', 'end_date']),
    ...(body.name === undefined ? {} : { name: body.name.trim() }),
    ...(description_html === undefined ? {} : { description_html: sanitized(description_html) }),
    ...(owner_id === undefined ? {} : { owner_id: referred(call, 'users', 'owner_id', owner_id).id }),
  };
}

function createProject(call: Call): Reply {
  const { account_id, project_template_id, ...body } = bodyOf(call, creation);
  return create(call, 'projects', {
    description_html: '',
    owner_id: null,
    start_date: null,
    end_date: null,
    customer_portal_visible: false,
    is_archived: false,
    account: reference(call, 'accounts', 'account_id', account_id),
    project_template: project_template_id ? { id: project_template_id } : null,
    custom_fields: {},
    created_at: nowIn(call),
    updated_at: nowIn(call),
    ...fieldsOf(call, body),
  });
}

function updateProject(call: Call): Reply {
  const { is_archived, custom_fields, ...body } = bodyOf(call, update);
  const row = rowOf(call, 'projects');
  return change(call, 'projects', row, {
    ...fieldsOf(call, body),
    ...(is_archived === undefined ? {} : { is_archived, archived_at: is_archived ? nowIn(call) : null }),
    ...customFieldsAfter(call.state, 'project', row.object.custom_fields, custom_fields),
  });
}
