import { text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable } from './define.ts';

export const table = mirrorTable('activity_types', {
  id: text().primaryKey(),
  slug: text(),
  label: text(),
  icon_url: text(),
});

/** Activities themselves cannot be read. */
export const activityTypes = defineResource({
  name: 'activity_types',
  about: 'Kinds of activities that your own systems report of accounts.',
  table,
  words: { icon_url: 'Address of the picture that is shown beside it.' },
  title: 'label',
  pull: { by: 'list', path: '/activity-types' },
  derive: ({ id, slug }) => ({ id: id ?? slug }),
});
