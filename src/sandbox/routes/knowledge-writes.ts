import { z } from 'zod';
import type { Row } from '../data/rows.ts';
import { bodyOf, filled, visibilityConfig } from './body.ts';
import { slugOf } from './html.ts';
import { languageOf, shelved } from './knowledge.ts';
import { badRequest, duplicate } from './refusal.ts';
import { type Call, type Reply, type Route, route, rowOf } from './route.ts';
import { change, create, nowIn, removed, same } from './writes.ts';

const text = z.string().exactOptional();
const creation = z.strictObject({ title: filled, description: text, parent_collection_id: text, slug: text });
const update = z.strictObject({
  title: filled.exactOptional(),
  description: text,
  slug: filled.exactOptional(),
  visibility_config: visibilityConfig.exactOptional(),
});
const redirect = z.strictObject({
  from_path: filled,
  object_id: filled,
  object_type: z.enum(['article', 'collection']),
  language: text,
});

/** Changes of collections, and route redirects, which can be made but never read. */
export const knowledgeWriteRoutes: readonly Route[] = [
  route('POST /knowledge-bases/{id}/collections', 'low', createCollection),
  route('PATCH /knowledge-bases/{id}/collections/{collection_id}', 'low', (call) => {
    const body = bodyOf(call, update);
    const row = shelved(call, 'collections', 'collection_id');
    if (body.slug !== undefined) refuseSlug(call, 'collections', body.slug, row);
    const title = body.title === undefined ? {} : { title: body.title.trim() };
    return change(call, 'collections', row, {
      ...same(body, ['description', 'slug', 'visibility_config']),
      ...title,
    });
  }),
  route('DELETE /knowledge-bases/{id}/collections/{collection_id}', 'low', (call) => {
    removeCollection(call, shelved(call, 'collections', 'collection_id'));
    return { is: 'done' };
  }),
  route('POST /knowledge-bases/{id}/route-redirects', 'low', (call) => {
    const body = bodyOf(call, redirect);
    const target = call.state.tables[`${body.object_type}s` as const].get(body.object_id);
    if (target?.path.knowledge_base_id !== rowOf(call, 'knowledge_bases').key) {
      throw badRequest(`object_id: ${body.object_type} not found`);
    }
    const language =
      languageOf(call, body.language) ?? rowOf(call, 'knowledge_bases').object.default_language;
    const object = { id: call.state.newId('route_redirects'), ...body, language, created_at: nowIn(call) };
    return { is: 'object', resource: 'other', object };
  }),
];

function createCollection(call: Call): Reply {
  const body = bodyOf(call, creation);
  const base = rowOf(call, 'knowledge_bases').key;
  const slug = body.slug || slugOf(body.title, 'collection');
  refuseSlug(call, 'collections', slug);
  const parent = body.parent_collection_id || null;
  if (parent !== null && call.state.tables.collections.get(parent)?.path.knowledge_base_id !== base) {
    throw badRequest('parent_collection_id: collection not found');
  }
  return create(
    call,
    'collections',
    {
      title: body.title.trim(),
      slug,
      description: body.description ?? '',
      icon: null,
      parent_collection_id: parent,
      visibility_config: null,
      created_at: nowIn(call),
    },
    { knowledge_base_id: base },
  );
}

/** Slugs are unique within a knowledge base. */
export function refuseSlug(call: Call, resource: 'articles' | 'collections', slug: string, self?: Row): void {
  for (const { key, object } of call.state.tables[resource].under(rowOf(call, 'knowledge_bases').key)) {
    if (object.slug === slug && key !== self?.key) throw duplicate(`slug ${slug}`, key);
  }
}

/** With the collections nested in it, and all their articles. */
function removeCollection(call: Call, row: Row): void {
  const base = row.path.knowledge_base_id ?? '';
  for (const nested of call.state.tables.collections.under(base)) {
    if (nested.object.parent_collection_id === row.key) removeCollection(call, nested);
  }
  for (const article of call.state.tables.articles.under(base)) {
    if (article.object.collection_id === row.key) removeArticle(call, article);
  }
  removed(call, 'collections', row);
}

/** With its translations. */
export function removeArticle(call: Call, row: Row): void {
  for (const translation of call.state.tables.article_translations.under(row.path.knowledge_base_id ?? '')) {
    if (translation.object.id === row.key) removed(call, 'article_translations', translation);
  }
  removed(call, 'articles', row);
}
