import { text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';

export const table = mirrorTable('macro_groups', {
  id: text().primaryKey(),
  title: text(),
  created_at: instant(),
  updated_at: instant(),
});

export const macroGroups = defineResource({
  name: 'macro_groups',
  about: 'Folders of macros.',
  table,
  title: 'title',
  pull: { by: 'list', path: '/macro-groups' },
});
