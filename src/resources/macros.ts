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
  table,
  pull: { by: 'list', path: '/macros' },
  get: '/macros/{id}',
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
      visibility: value(),
    },
  },
});
