import { index, jsonb, text } from 'drizzle-orm/pg-core';
import { VISIBILITY } from './articles.ts';
import { defineResource, instant, mirrorTable } from './define.ts';
import { reference, value } from './writes.ts';

export const table = mirrorTable(
  'collections',
  {
    id: text().primaryKey(),
    knowledge_base_id: text(),
    parent_collection_id: text(),
    title: text(),
    slug: text(),
    description: text(),
    icon: text(),
    visibility_config: jsonb(),
    created_at: instant(),
  },
  (column) => [
    index('collections_knowledge_base_id').on(column.knowledge_base_id),
    index('collections_parent_collection_id').on(column.parent_collection_id),
  ],
);

export const collections = defineResource({
  name: 'collections',
  about: 'Folders of articles in a knowledge base.',
  table,
  words: {
    parent_collection_id: 'The folder it is in: collections.id; null at the top.',
    icon: 'The picture before its name.',
  },
  title: 'title',
  pull: {
    by: 'parent',
    parent: 'knowledge_bases',
    path: '/knowledge-bases/{id}/collections',
    foreignKey: 'knowledge_base_id',
  },
  get: '/knowledge-bases/{knowledge_base_id}/collections/{id}',
  refers: { knowledge_base_id: 'knowledge_bases', parent_collection_id: 'collections' },
  contains: { description: 'body' },
  writes: {
    update: '/knowledge-bases/{knowledge_base_id}/collections/{id}',
    create: {
      path: '/knowledge-bases/{knowledge_base_id}/collections',
      required: ['title'],
      recovery: { by: 'list', path: '/knowledge-bases/{knowledge_base_id}/collections' },
    },
    remove: '/knowledge-bases/{knowledge_base_id}/collections/{id}',
    columns: {
      title: value(),
      description: value(),
      slug: value(),
      parent_collection_id: reference({ only: 'create' }),
      visibility_config: value({ only: 'update', members: VISIBILITY }),
    },
  },
});
