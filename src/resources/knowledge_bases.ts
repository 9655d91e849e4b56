import { text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable } from './define.ts';
import { present, shadowed } from './fields.ts';

export const table = mirrorTable('knowledge_bases', {
  id: text().primaryKey(),
  title: text(),
  slug: text(),
  default_language: text(),
  supported_languages: text().array(),
});

export const knowledgeBases = defineResource({
  name: 'knowledge_bases',
  table,
  pull: { by: 'list', path: '/knowledge-bases' },
  get: '/knowledge-bases/{id}',
  derive: (knowledgeBase) => ({
    title: knowledgeBase.title ?? knowledgeBase.name,
    _extra: present(shadowed(knowledgeBase, { name: 'title' })),
  }),
  covered: { name: true },
});
