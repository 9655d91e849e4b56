import { index, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';

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
  table,
  pull: {
    by: 'parent',
    parent: 'knowledge_bases',
    path: '/knowledge-bases/{id}/collections',
    foreignKey: 'knowledge_base_id',
  },
  get: '/knowledge-bases/{knowledge_base_id}/collections/{id}',
  refers: { parent_collection_id: 'collections' },
});
