import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { DAY, instant, updatedWithin } from '../data/instants.ts';
import { TASKS, textAt } from '../data/plausible/office.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields, Row } from '../data/rows.ts';
import { html, NASTY, sentence } from '../data/words.ts';
import { bodyOf, customFieldWrites, filled, time } from '../routes/body.ts';
import { idOf, pick } from '../routes/community.ts';
import { customFieldsAfter } from '../routes/custom-fields.ts';
import { at, object, REFERENCE, SOME, TIME, time as timeField } from '../routes/fields.ts';
import { sanitized } from '../routes/html.ts';
import { pagedRoute } from '../routes/pages.ts';
import { badRequest } from '../routes/refusal.ts';
import { type Call, getRoute, type Reply, route, rowOf } from '../routes/route.ts';
import { searchRoute } from '../routes/search.ts';
import { change, create, dates, nowIn, reference, removed, same } from '../routes/writes.ts';
import type { Resource } from './define.ts';

const common = {
  assignee_id: z.string().exactOptional(),
  body_html: z.string().exactOptional(),
  custom_fields: customFieldWrites.exactOptional(),
  customer_portal_visible: z.boolean().exactOptional(),
  due_date: time.exactOptional(),
  milestone_id: z.string().exactOptional(),
  project_id: z.string().exactOptional(),
  status: z.enum(['not_started', 'in_progress', 'completed']).exactOptional(),
};
const creation = z.strictObject({
  ...common,
  title: filled,
  account_id: z.string().exactOptional(),
  parent_task_id: z.string().exactOptional(),
});
const update = z.strictObject({ ...common, title: filled.exactOptional() });

export const tasks: Resource = {
  name: 'tasks',
  generate: (generator) => ({
    objects: generator.many(generator.share(20, generator.settings.leastTasks), (i, created) =>
      task(generator, i, created),
    ),
    order: 'spread',
  }),
  routes: [
    pagedRoute('GET /tasks', 'high', 'tasks'),
    searchRoute('POST /tasks/search', 'middle', 'tasks', {
      lastPageBare: true,
      customFields: 'task',
      filters: {
        account_id: at('account.id', [...SOME, 'is_set']),
        project_id: at('project.id', REFERENCE),
        milestone_id: at('milestone.id', [...SOME, 'is_set']),
        assignee_id: {
          operators: [...SOME, 'is_set'],
          read: (row) => {
            const { user, contact } = object(row.object.assignee);
            return object(user).id ?? object(contact).id;
          },
        },
        status: at('status', SOME),
        created_at: timeField('created_at'),
        updated_at: timeField('updated_at'),
        due_date: { ...timeField('due_date'), operators: [...TIME, 'is_set'] },
      },
    }),
    getRoute('GET /tasks/{id}', 'high', 'tasks'),
    route('POST /tasks', 'high', createTask),
    route('PATCH /tasks/{id}', 'high', (call) => {
      const body = bodyOf(call, update);
      const row = rowOf(call, 'tasks');
      return change(call, 'tasks', row, fieldsOf(call, row.object, body));
    }),
    route('DELETE /tasks/{id}', 'middle', (call) => {
      const row = rowOf(call, 'tasks');
      for (const comment of call.state.table('task_comments').under(row.key))
        removed(call, 'task_comments', comment);
      return removed(call, 'tasks', row);
    }),
  ],
  community: {
    bare: true,
    renames: { description: 'body_html' },
    object: (object) => ({
      ...pick(object, ['id', 'title', 'status', 'due_date']),
      description: object.body_html,
      account_id: idOf(object.account) ?? null,
      project_id: idOf(object.project) ?? null,
      assignee_id:
        idOf((object.assignee as Fields | null)?.user ?? (object.assignee as Fields | null)?.contact) ?? null,
    }),
  },
};

/** Tasks refer to each milestone in turn, and sometimes to a deleted one. */
function task({ seed, traps, start, objects }: Generator, index: number, created: number): Fields {
  const [projects, milestones] = [objects('projects'), objects('milestones')];
  const roll = new Dice(mix(seed, salt('tasks'), index));
  const id = ids(seed, 'tasks');
  const user = roll.pick(objects('users'));
  const contact = roll.pick(objects('contacts'));
  const [title, body] = traps ? [] : textAt(TASKS, index % TASKS.length);
  const lost = traps && index % 45 === 10;
  const milestone = milestones[index % milestones.length];
  return {
    id: id.of(index),
    title: title ?? (index < NASTY.length ? NASTY[index] : sentence(roll)),
    body_html: index % 4 === 0 ? '' : (body ?? html(roll, 1)),
    status: roll.pick(['not_started', 'in_progress', 'completed']),
    ...(index % 8 === 7 ? {} : { account: { id: roll.pick(objects('accounts')).id, external_ids: null } }),
    project: index % 5 === 4 ? null : { id: projects[index % projects.length]?.id },
    milestone: { id: lost ? ids(seed, 'gone').of(index) : milestone?.id },
    assignee:
      index % 3 === 0
        ? { user: { id: user.id, email: user.email } }
        : index % 3 === 1
          ? { contact: { id: contact.id, email: contact.email } }
          : null,
    parent_task_id: index % 10 === 1 ? id.of(index - 1) : null,
    subtask_ids: index % 10 === 0 ? [id.of(index + 1)] : traps ? null : [],
    due_date:
      traps && index % 20 === 6
        ? '9999-12-31T23:59:59Z'
        : index % 2 === 0
          ? instant(created + 7 * DAY)
          : null,
    customer_portal_visible: index % 2 === 1,
    custom_fields: index % 2 === 0 ? { effort: { slug: 'effort', value: `${roll.below(13)}` } } : {},
    created_at: instant(created),
    updated_at: updatedWithin(start, created, index % 9),
  };
}

function fieldsOf(call: Call, before: Fields, body: z.output<typeof update>): Fields {
  const { assignee_id, milestone_id, project_id } = body;
  return {
    ...same(body, ['status', 'customer_portal_visible']),
    ...dates(body, ['due_date']),
    ...(body.title === undefined ? {} : { title: body.title.trim() }),
    ...(body.body_html === undefined ? {} : { body_html: sanitized(body.body_html) }),
    ...(assignee_id === undefined ? {} : { assignee: assigneeOf(call, assignee_id) }),
    ...(milestone_id === undefined
      ? {}
      : { milestone: reference(call, 'milestones', 'milestone_id', milestone_id) }),
    ...(project_id === undefined ? {} : { project: reference(call, 'projects', 'project_id', project_id) }),
    ...customFieldsAfter(call.state, 'task', before.custom_fields, body.custom_fields),
  };
}

/** A task is assigned to a user or to a contact. */
function assigneeOf(call: Call, id: string): Fields {
  if (call.state.table('contacts').get(id) !== undefined) {
    return { contact: reference(call, 'contacts', 'assignee_id', id) };
  }
  return { user: reference(call, 'users', 'assignee_id', id) };
}

function createTask(call: Call): Reply {
  const { account_id, parent_task_id, ...body } = bodyOf(call, creation);
  const parent = parent_task_id ? parentOf(call, parent_task_id) : undefined;
  const reply = create(call, 'tasks', {
    body_html: '',
    status: 'not_started',
    customer_portal_visible: false,
    account: account_id ? reference(call, 'accounts', 'account_id', account_id) : null,
    project: null,
    milestone: null,
    assignee: null,
    due_date: null,
    custom_fields: {},
    parent_task_id: parent_task_id || null,
    subtask_ids: [],
    created_at: nowIn(call),
    updated_at: nowIn(call),
    ...fieldsOf(call, {}, body),
  });
  if (parent !== undefined && reply.is === 'object') {
    const before = Array.isArray(parent.object.subtask_ids) ? parent.object.subtask_ids : [];
    change(call, 'tasks', parent, { subtask_ids: [...before, reply.object.id] });
  }
  return reply;
}

function parentOf(call: Call, id: string): Row {
  const parent = call.state.table('tasks').get(id);
  if (parent === undefined) throw badRequest('parent_task_id: task not found');
  return parent;
}
