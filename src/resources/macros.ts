import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';

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
});
