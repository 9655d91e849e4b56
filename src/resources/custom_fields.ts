import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';
import { fieldsOf } from './fields.ts';
import { list, value } from './writes.ts';

export const table = mirrorTable(
  'custom_fields',
  {
    id: text().primaryKey(),
    object_type: text(),
    slug: text(),
    label: text(),
    description: text(),
    type: text(),
    source: text(),
    is_read_only: boolean(),
    default_value: text(),
    default_values: text().array(),
    select_metadata: jsonb(),
    number_metadata: jsonb(),
    created_at: instant(),
    updated_at: instant(),
  },
  (column) => [index('custom_fields_object_type_slug').on(column.object_type, column.slug)],
);

/** Definitions of custom fields, for every object type that can have them: Pylon refuses a list without one. */
export const customFields = defineResource({
  name: 'custom_fields',
  table,
  pull: {
    by: 'list',
    path: '/custom-fields',
    variants: [
      { object_type: 'account' },
      { object_type: 'issue' },
      { object_type: 'contact' },
      { object_type: 'task' },
      { object_type: 'project' },
      { object_type: 'meeting' },
      { object_type: 'opportunity' },
    ],
  },
  get: '/custom-fields/{id}',
  writes: {
    update: '/custom-fields/{id}',
    create: {
      path: '/custom-fields',
      required: ['label', 'object_type', 'type'],
      recovery: { by: 'list', path: '/custom-fields' },
    },
    columns: {
      object_type: value({ only: 'create' }),
      type: value({ only: 'create' }),
      slug: value(),
      label: value(),
      description: value(),
      default_value: value(),
      default_values: list(),
      select_metadata: value({ field: 'select_options' }),
    },
    also: ({ select_options }) =>
      select_options === undefined ? {} : { select_options: fieldsOf(select_options).options ?? [] },
  },
});
