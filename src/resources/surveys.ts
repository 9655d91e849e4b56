import { text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';

export const table = mirrorTable('surveys', {
  id: text().primaryKey(),
  name: text(),
  type: text(),
  updated_at: instant(),
});

export const surveys = defineResource({
  name: 'surveys',
  about: 'Surveys that customers are asked to answer.',
  table,
  words: {
    type: 'What it asks: csat and so on.',
  },
  title: 'name',
  pull: { by: 'list', path: '/surveys' },
  get: '/surveys/{id}',
});
