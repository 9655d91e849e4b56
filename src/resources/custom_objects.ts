import { index, jsonb, text } from 'drizzle-orm/pg-core';
import { splitCustomFields } from './custom_field_values.ts';
import { defineResource, instant, mirrorTable, type PylonObject } from './define.ts';
import { fieldsOf, isObject, present } from './fields.ts';
import { column, elements } from './views.ts';
import { customFieldValues, value } from './writes.ts';

export const table = mirrorTable(
  'custom_objects',
  {
    id: text().primaryKey(),
    type: text(),
    name: text(),
    custom_fields: jsonb(),
    relations: jsonb(),
    created_at: instant(),
    updated_at: instant(),
  },
  (column) => [
    index('custom_objects_type').on(column.type),
    index('custom_objects_created_at').on(column.created_at),
    index('custom_objects_updated_at').on(column.updated_at),
  ],
);

/** The field by which each type is linked to an account; Pylon shows its value among the relations alone. */
const ACCOUNT = 'account';

const relationsOf = (relations: unknown): readonly PylonObject[] =>
  Array.isArray(relations) ? relations.filter(isObject) : [];

/** The one account that an object is related to, if it is one. */
function accountOf(relations: unknown): Readonly<Record<string, unknown>> {
  const accounts = relationsOf(relations).filter(({ object_type }) => object_type === ACCOUNT);
  const id = accounts[0]?.object_id;
  return accounts.length === 1 && typeof id === 'string' ? { [ACCOUNT]: id } : {};
}

/** Objects of types that a workspace defines itself; no endpoint lists the types or defines their fields. */
export const customObjects = defineResource({
  name: 'custom_objects',
  about: 'Objects of types that your workspace defines itself: those in PYLON_SYNC_CUSTOM_OBJECTS.',
  table,
  words: {
    type: 'The slug of its type.',
    custom_fields:
      'Values of its fields: slug to text, or to a list of texts; account is the account that it is related to.',
    relations: 'What it is related to, as Pylon sends it: a list of {"object_type", "object_id"}.',
  },
  note: 'of the types in `PYLON_SYNC_CUSTOM_OBJECTS`',
  title: 'name',
  pull: { by: 'types', path: '/custom-objects/{type}', limit: 100, column: 'type' },
  changes: { path: '/custom-objects/{type}/search', limit: 100, times: { updated_at: 'updated_at' } },
  get: '/custom-objects/{type}/{id}',
  // The path says by what name Pylon is asked for it.
  derive: (object, { type }) => {
    const { flat, rest } = splitCustomFields(object.custom_fields);
    const account = accountOf(object.relations);
    const fields = flat === undefined && Object.keys(account).length === 0 ? undefined : fieldsOf(flat);
    return {
      type: type ?? object.type,
      custom_fields: fields === undefined ? undefined : { ...account, ...fields },
      _extra: present({
        custom_fields: rest,
        type: type === undefined || object.type === type ? undefined : object.type,
      }),
    };
  },
  history: ['name', 'custom_fields'],
  writes: {
    update: '/custom-objects/{type}/{id}',
    create: {
      path: '/custom-objects/{type}',
      required: ['name'],
      recovery: { by: 'search', path: '/custom-objects/{type}/search' },
    },
    remove: '/custom-objects/{type}/{id}',
    bulk: {
      path: '/custom-objects/{type}',
      ids: 'ids',
      most: 100,
      columns: ['custom_fields'],
      search: '/custom-objects/{type}/search',
      by: 'name',
      limit: 100,
    },
    columns: { name: value(), custom_fields: customFieldValues({ as: 'map' }) },
  },
  showsField: ({ relations }, given) => {
    const wanted = Array.isArray(given) ? given : [given];
    const ids = relationsOf(relations).map(({ object_id }) => object_id);
    return wanted.length > 0 && wanted.every((id) => ids.includes(id));
  },
  naming: {
    custom_object_id: column('r.id', 'The object: custom_objects.id.'),
    custom_object_type: column('r.type', 'The slug of its type.'),
    custom_object_name: column('r.name', 'What the object is called.'),
  },
  lists: [
    {
      name: 'custom_object_relations',
      comment: 'What custom objects are related to, one row per object and related object.',
      each: elements('r.relations'),
      columns: {
        related_type: column(
          "each.one ->> 'object_type'",
          'What it is related to: account, contact, issue and so on.',
        ),
        related_id: column("each.one ->> 'object_id'", "The related object's id in its table."),
      },
    },
  ],
});
