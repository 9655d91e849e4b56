import { text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable } from './define.ts';
import { value } from './writes.ts';

export const table = mirrorTable('tags', {
  id: text().primaryKey(),
  value: text(),
  object_type: text(),
  hex_color: text(),
});

/** Tag definitions; issues and accounts carry tags by `value`, articles by `id`. */
export const tags = defineResource({
  name: 'tags',
  about: 'The tags that Pylon knows, by kind of object.',
  table,
  words: {
    value: 'The tag itself.',
    object_type: 'What it can be given to: issue, account, article and so on.',
    hex_color: 'Its colour, such as #12ab56.',
  },
  title: 'value',
  pull: { by: 'list', path: '/tags' },
  get: '/tags/{id}',
  writes: {
    update: '/tags/{id}',
    create: { path: '/tags', required: ['value', 'object_type'], recovery: { by: 'list', path: '/tags' } },
    remove: '/tags/{id}',
    columns: {
      value: value(),
      object_type: value({ values: ['account', 'article', 'issue'], only: 'create' }),
      hex_color: value(),
    },
  },
});
