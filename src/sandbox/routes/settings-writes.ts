import { z } from 'zod';
import type { Fields } from '../data/rows.ts';
import { bodyOf, filled, texts } from './body.ts';
import { sanitized, slugOf } from './html.ts';
import { badRequest, duplicate } from './refusal.ts';
import { type Call, type Route, route, rowOf } from './route.ts';
import { OBJECT_TYPES } from './settings.ts';
import { change, create, distinct, nowIn, reference, referred, removed, same } from './writes.ts';

const userUpdate = z.strictObject({
  name: filled.exactOptional(),
  avatar_url: z.string().exactOptional(),
  role_id: z.string().exactOptional(),
  status: z.enum(['active', 'away', 'out_of_office']).exactOptional(),
});
const team = z.strictObject({ name: filled.exactOptional(), user_ids: texts.exactOptional() });
const tagCreation = z.strictObject({
  object_type: z.enum(['account', 'article', 'issue']),
  value: filled,
  hex_color: z.string().exactOptional(),
});
const tagUpdate = z.strictObject({ value: filled.exactOptional(), hex_color: z.string().exactOptional() });
const options = z.array(
  z.strictObject({
    label: z.string(),
    slug: z.string().exactOptional(),
    ai_description: z.string().exactOptional(),
  }),
);
const fieldCommon = {
  default_value: z.string().exactOptional(),
  default_values: texts.exactOptional(),
  description: z.string().exactOptional(),
  select_options: options.exactOptional(),
  slug: z.string().exactOptional(),
};
const fieldCreation = z.strictObject({
  ...fieldCommon,
  label: filled,
  object_type: z.enum(OBJECT_TYPES),
  type: z.enum([
    'text',
    'number',
    'decimal',
    'boolean',
    'date',
    'datetime',
    'user',
    'url',
    'select',
    'multiselect',
  ]),
});
const fieldUpdate = z.strictObject({ ...fieldCommon, label: filled.exactOptional() });
const visibility = z.strictObject({
  type: z.enum(['org', 'user', 'team', 'users_and_teams']),
  team_ids: texts.exactOptional(),
  user_ids: texts.exactOptional(),
});
const macroCommon = {
  conditions: z.unknown().optional(),
  text_type: z.enum(['reply', 'note', 'email']).exactOptional(),
  visibility: visibility.exactOptional(),
};
const macroCreation = z.strictObject({
  ...macroCommon,
  macro_group_id: filled,
  name: filled,
  text_html: z.string(),
});
const macroUpdate = z.strictObject({
  ...macroCommon,
  macro_group_id: z.string().exactOptional(),
  name: filled.exactOptional(),
  text_html: z.string().exactOptional(),
});

/** Changes of how the workspace is set up. Users, teams, custom fields and macros cannot be deleted. */
export const settingsWriteRoutes: readonly Route[] = [
  route('PATCH /users/{id}', 'middle', (call) => {
    const body = bodyOf(call, userUpdate);
    const role =
      body.role_id === undefined ? {} : { role: referred(call, 'user_roles', 'role_id', body.role_id) };
    return change(call, 'users', rowOf(call, 'users'), { ...body, ...role });
  }),
  route('POST /teams', 'low', (call) => {
    const body = bodyOf(call, team);
    return create(call, 'teams', {
      name: body.name?.trim() ?? '',
      users: members(call, body.user_ids ?? []),
    });
  }),
  route('PATCH /teams/{id}', 'middle', (call) => {
    const { name, user_ids } = bodyOf(call, team);
    return change(call, 'teams', rowOf(call, 'teams'), {
      ...(name === undefined ? {} : { name: name.trim() }),
      ...(user_ids === undefined ? {} : { users: members(call, user_ids) }),
    });
  }),
  route('POST /tags', 'high', (call) => {
    const body = bodyOf(call, tagCreation);
    refuseTwin(call, 'tags', { object_type: body.object_type, value: body.value });
    return create(call, 'tags', { hex_color: '#888888', ...body });
  }),
  route('PATCH /tags/{id}', 'low', (call) => {
    const body = bodyOf(call, tagUpdate);
    const row = rowOf(call, 'tags');
    const { value = row.object.value } = body;
    refuseTwin(call, 'tags', { object_type: row.object.object_type, value }, row.key);
    return change(call, 'tags', row, body);
  }),
  route('DELETE /tags/{id}', 'low', (call) => removed(call, 'tags')),
  route('POST /custom-fields', 'middle', (call) => {
    const { select_options, ...body } = bodyOf(call, fieldCreation);
    const slug = body.slug ?? slugOf(body.label, 'field').replaceAll('-', '_');
    refuseTwin(call, 'custom_fields', { object_type: body.object_type, slug });
    return create(call, 'custom_fields', {
      description: '',
      source: 'custom',
      is_read_only: false,
      default_value: '',
      default_values: null,
      number_metadata: null,
      created_at: nowIn(call),
      updated_at: nowIn(call),
      ...body,
      slug,
      select_metadata: selectOf(body.type, select_options),
    });
  }),
  route('PATCH /custom-fields/{id}', 'middle', (call) => {
    const { select_options, ...body } = bodyOf(call, fieldUpdate);
    const row = rowOf(call, 'custom_fields');
    if (row.object.is_read_only === true) throw badRequest('the custom field is read-only');
    return change(call, 'custom_fields', row, {
      ...body,
      ...(select_options === undefined
        ? {}
        : { select_metadata: selectOf(`${row.object.type}`, select_options) }),
    });
  }),
  route('POST /macros', 'high', (call) => {
    const body = bodyOf(call, macroCreation);
    referred(call, 'macro_groups', 'macro_group_id', body.macro_group_id);
    return create(call, 'macros', {
      text_type: 'reply',
      visibility: { type: 'org', user_ids: null, team_ids: null },
      has_actions: false,
      actions: [],
      created_at: nowIn(call),
      updated_at: nowIn(call),
      ...same(body, ['name', 'macro_group_id', 'text_type', 'visibility']),
      text_html: sanitized(body.text_html),
    });
  }),
  route('PATCH /macros/{id}', 'high', (call) => {
    const body = bodyOf(call, macroUpdate);
    if (body.macro_group_id) referred(call, 'macro_groups', 'macro_group_id', body.macro_group_id);
    return change(call, 'macros', rowOf(call, 'macros'), {
      ...same(body, ['name', 'macro_group_id', 'text_type', 'visibility']),
      ...(body.text_html === undefined ? {} : { text_html: sanitized(body.text_html) }),
    });
  }),
];

const members = (call: Call, ids: readonly string[]) =>
  distinct(ids).map((id) => reference(call, 'users', 'user_ids', id));

/** No two objects with the same values in these fields. */
function refuseTwin(call: Call, resource: 'tags' | 'custom_fields', values: Fields, self?: string): void {
  for (const { key, object } of call.state.tables[resource].newest()) {
    const twin = Object.entries(values).every(([field, value]) => object[field] === value);
    if (twin && key !== self) throw duplicate(resource === 'tags' ? 'tag' : 'custom field', key);
  }
}

function selectOf(
  type: string,
  options: readonly { label: string; slug?: string }[] | undefined,
): Fields | null {
  const select = type === 'select' || type === 'multiselect';
  if (options !== undefined && !select) throw badRequest('select_options: only for select and multiselect');
  if (!select) return null;
  const slug = (label: string) => slugOf(label, 'option').replaceAll('-', '_');
  return { options: (options ?? []).map((one) => ({ ...one, slug: one.slug ?? slug(one.label) })) };
}
