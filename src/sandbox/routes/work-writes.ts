import { z } from 'zod';
import { instant, parseInstant } from '../data/instants.ts';
import type { Fields, Row } from '../data/rows.ts';
import { bodyOf, customFieldWrites, filled, time } from './body.ts';
import { written } from './custom-fields.ts';
import { sanitized } from './html.ts';
import { badRequest, notFound } from './refusal.ts';
import { type Call, type Reply, type Route, route, rowOf } from './route.ts';
import { change, create, nowIn, reference, referred, removed, same } from './writes.ts';

const text = z.string().exactOptional();
const flag = z.boolean().exactOptional();
const taskCommon = {
  assignee_id: text,
  body_html: text,
  custom_fields: customFieldWrites.exactOptional(),
  customer_portal_visible: flag,
  due_date: time.exactOptional(),
  milestone_id: text,
  project_id: text,
  status: z.enum(['not_started', 'in_progress', 'completed']).exactOptional(),
};
const taskCreation = z.strictObject({ ...taskCommon, title: filled, account_id: text, parent_task_id: text });
const taskUpdate = z.strictObject({ ...taskCommon, title: filled.exactOptional() });
const commentCreation = z.strictObject({ body_html: filled, is_internal: flag });
const commentUpdate = z.strictObject({ body_html: filled });
const projectCommon = {
  customer_portal_visible: flag,
  description_html: text,
  end_date: time.exactOptional(),
  owner_id: text,
  start_date: time.exactOptional(),
};
const projectCreation = z.strictObject({
  ...projectCommon,
  account_id: filled,
  name: filled,
  project_template_id: text,
});
const projectUpdate = z.strictObject({
  ...projectCommon,
  name: filled.exactOptional(),
  custom_fields: customFieldWrites.exactOptional(),
  is_archived: flag,
});
const milestoneCreation = z.strictObject({
  name: filled,
  project_id: filled,
  account_id: text,
  due_date: time.exactOptional(),
});
const milestoneUpdate = z.strictObject({ name: filled.exactOptional(), due_date: time.exactOptional() });

/** Changes of tasks, projects and milestones. */
export const workWriteRoutes: readonly Route[] = [
  route('POST /tasks', 'high', createTask),
  route('PATCH /tasks/{id}', 'high', (call) => {
    const body = bodyOf(call, taskUpdate);
    const row = rowOf(call, 'tasks');
    return change(call, 'tasks', row, taskFields(call, row.object, body));
  }),
  route('DELETE /tasks/{id}', 'middle', (call) => {
    const row = rowOf(call, 'tasks');
    for (const comment of call.state.tables.task_comments.under(row.key))
      removed(call, 'task_comments', comment);
    return removed(call, 'tasks', row);
  }),
  route('POST /tasks/{id}/comments', 'middle', (call) => {
    const body = bodyOf(call, commentCreation);
    const task_id = rowOf(call, 'tasks').key;
    return create(
      call,
      'task_comments',
      {
        task_id,
        body_html: sanitized(body.body_html),
        author: { user: tokenUser(call) },
        is_internal: body.is_internal ?? false,
        last_edited_at: null,
        created_at: nowIn(call),
        updated_at: nowIn(call),
      },
      { task_id },
    );
  }),
  route('PATCH /tasks/{id}/comments/{comment_id}', 'middle', (call) => {
    const body_html = sanitized(bodyOf(call, commentUpdate).body_html);
    return change(call, 'task_comments', commentOf(call), { body_html, last_edited_at: nowIn(call) });
  }),
  route('DELETE /tasks/{id}/comments/{comment_id}', 'middle', (call) =>
    removed(call, 'task_comments', commentOf(call)),
  ),
  route('POST /projects', 'high', createProject),
  route('PATCH /projects/{id}', 'high', updateProject),
  route('DELETE /projects/{id}', 'middle', (call) => removed(call, 'projects')),
  route('POST /milestones', 'high', (call) => {
    const body = bodyOf(call, milestoneCreation);
    const project = referred(call, 'projects', 'project_id', body.project_id);
    return create(call, 'milestones', {
      due_date: null,
      ...dates(body, ['due_date']),
      name: body.name.trim(),
      project: { id: project.id },
      account: body.account_id ? reference(call, 'accounts', 'account_id', body.account_id) : project.account,
      created_at: nowIn(call),
      updated_at: nowIn(call),
    });
  }),
  route('PATCH /milestones/{id}', 'high', (call) => {
    const body = bodyOf(call, milestoneUpdate);
    const name = body.name === undefined ? {} : { name: body.name.trim() };
    return change(call, 'milestones', rowOf(call, 'milestones'), { ...name, ...dates(body, ['due_date']) });
  }),
  route('DELETE /milestones/{id}', 'high', (call) => removed(call, 'milestones')),
];

/** Times are kept in UTC with whole seconds, however they were sent. */
function dates<Body extends object>(body: Body, fields: readonly (keyof Body & string)[]): Fields {
  const sent = Object.entries(same(body, fields));
  return Object.fromEntries(sent.map(([field, value]) => [field, instant(parseInstant(value) ?? 0)]));
}

function taskFields(call: Call, before: Fields, body: z.output<typeof taskUpdate>): Fields {
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
    ...written(call.state, 'task', before.custom_fields, body.custom_fields),
  };
}

/** A task is assigned to a user or to a contact. */
function assigneeOf(call: Call, id: string): Fields {
  if (call.state.tables.contacts.get(id) !== undefined) {
    return { contact: reference(call, 'contacts', 'assignee_id', id) };
  }
  return { user: reference(call, 'users', 'assignee_id', id) };
}

function createTask(call: Call): Reply {
  const { account_id, parent_task_id, ...body } = bodyOf(call, taskCreation);
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
    ...taskFields(call, {}, body),
  });
  if (parent !== undefined && reply.is === 'object') {
    const before = Array.isArray(parent.object.subtask_ids) ? parent.object.subtask_ids : [];
    change(call, 'tasks', parent, { subtask_ids: [...before, reply.object.id] });
  }
  return reply;
}

function parentOf(call: Call, id: string): Row {
  const parent = call.state.tables.tasks.get(id);
  if (parent === undefined) throw badRequest('parent_task_id: task not found');
  return parent;
}

function tokenUser(call: Call): unknown {
  for (const { object } of call.state.tables.organizations.newest()) return object.user;
  return null;
}

function commentOf(call: Call): Row {
  const comment = rowOf(call, 'task_comments', 'comment_id');
  if (comment.path.task_id !== rowOf(call, 'tasks').key) throw notFound('task comment');
  return comment;
}

function projectFields(call: Call, body: Omit<z.output<typeof projectUpdate>, 'custom_fields'>): Fields {
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
  const { account_id, project_template_id, ...body } = bodyOf(call, projectCreation);
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
    ...projectFields(call, body),
  });
}

function updateProject(call: Call): Reply {
  const { is_archived, custom_fields, ...body } = bodyOf(call, projectUpdate);
  const row = rowOf(call, 'projects');
  return change(call, 'projects', row, {
    ...projectFields(call, body),
    ...(is_archived === undefined ? {} : { is_archived, archived_at: is_archived ? nowIn(call) : null }),
    ...written(call.state, 'project', row.object.custom_fields, custom_fields),
  });
}
