import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';
import { reference, value } from './writes.ts';

export const table = mirrorTable(
  'macros',
  {
    id: text().primaryKey(),
    macro_group_id: text(),
    name: text(),
    text_html: text(),
    text_type: text(),
    has_actions: boolean(),
    actions: jsonb(),
    visibility: jsonb(),
    created_at: instant(),
    updated_at: instant(),
  },
  (column) => [index('macros_macro_group_id').on(column.macro_group_id)],
);

export const macros = defineResource({
  name: 'macros',
  about: 'Prepared texts and actions for issues.',
  table,
  words: {
    macro_group_id: 'The folder it is in: macro_groups.id.',
    text_html: 'The prepared text, as HTML.',
    text_type: 'Whether the text is a reply or a note.',
    has_actions: 'Whether it does something besides.',
  },
  title: 'name',
  pull: { by: 'list', path: '/macros' },
  get: '/macros/{id}',
  refers: { macro_group_id: 'macro_groups' },
  contains: { text_html: 'body' },
  writes: {
    update: '/macros/{id}',
    create: {
      path: '/macros',
      required: ['name', 'macro_group_id', 'text_html'],
      recovery: { by: 'list', path: '/macros' },
    },
    columns: {
      name: value(),
      macro_group_id: reference(),
      text_html: value(),
      text_type: value({ values: ['reply', 'note', 'email'] }),
      visibility: value({ members: { type: ['org', 'user', 'team', 'users_and_teams'] } }),
    },
  },
  actions: [
    {
      ...{ name: 'set_macro_conditions', record: 'macro_id', allow: 'update' },
      ...{ method: 'PATCH', route: '/macros/{id}' },
      comment: 'Sets when a macro is offered, which Pylon takes and does not show.',
      parameters: [{ name: 'conditions', type: 'jsonb' }],
      ...{ answersRecord: true, repeatable: true },
    },
  ],
});
