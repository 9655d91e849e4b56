import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';
import { fieldsOf } from './fields.ts';
import { FIELD_KINDS, list, value } from './writes.ts';

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

/** What the values of a custom field can be. */
const TYPES = [
  ...['text', 'number', 'decimal', 'boolean', 'date', 'datetime', 'user', 'url', 'select', 'multiselect'],
  'relationship',
];

/** Definitions of custom fields, for every object type that can have them: Pylon refuses a list without one. */
export const customFields = defineResource({
  name: 'custom_fields',
  about: 'Definitions of custom fields: one row per kind of object and slug.',
  table,
  words: {
    object_type: 'What has the field: issue, account, contact, task, project and so on.',
    slug: 'The key of the field among custom_fields of a row.',
    type: 'What its values are: text, number, decimal, boolean, date, datetime, user, url, select, multiselect.',
    source: 'Where it comes from: pylon, or the system it is copied from.',
    is_read_only: 'Whether its values come from another system and cannot be changed.',
    default_value: 'Value of new objects.',
    default_values: 'Values of new objects, of a field that has several.',
    select_metadata: 'The options of a select: {"options": [{"label", "slug"}]}.',
    number_metadata: 'How numbers are shown: currency, decimal places.',
  },
  title: 'label',
  pull: {
    by: 'list',
    path: '/custom-fields',
    variants: FIELD_KINDS.map((object_type) => ({ object_type })),
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
      object_type: value({ values: FIELD_KINDS, only: 'create' }),
      type: value({ values: TYPES, only: 'create' }),
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
