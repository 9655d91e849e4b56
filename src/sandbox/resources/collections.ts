import { z } from 'zod';
import { DAY, instant } from '../data/instants.ts';
import { ids } from '../data/random.ts';
import type { Child, Fields, Row } from '../data/rows.ts';
import { plain } from '../data/words.ts';
import { bodyOf, filled, visibilityConfig } from '../routes/body.ts';
import { pick } from '../routes/community.ts';
import { slugOf } from '../routes/html.ts';
import { badRequest } from '../routes/refusal.ts';
import { type Call, listed, type Reply, route, rowOf, shown } from '../routes/route.ts';
import { change, create, nowIn, removed, same } from '../routes/writes.ts';
import { removeArticle } from './articles.ts';
import type { Resource } from './define.ts';
import { inItsBase, refuseSlug, visibility } from './knowledge_bases.ts';

const creation = z.strictObject({
  title: filled,
  description: z.string().exactOptional(),
  parent_collection_id: z.string().exactOptional(),
  slug: z.string().exactOptional(),
});
const update = z.strictObject({
  title: filled.exactOptional(),
  description: z.string().exactOptional(),
  slug: filled.exactOptional(),
  visibility_config: visibilityConfig.exactOptional(),
});

export const collections: Resource = {
  name: 'collections',
  generate: ({ seed, oldest, objects }) => ({
    parent: 'knowledge_base_id',
    children: objects('knowledge_bases').flatMap((base, b) =>
      inBase(seed, b, oldest).map((object): Child => [object, { knowledge_base_id: `${base.id}` }]),
    ),
  }),
  routes: [
    route('GET /knowledge-bases/{id}/collections', 'middle', (call) =>
      listed(call, 'collections', call.state.table('collections').under(rowOf(call, 'knowledge_bases').key)),
    ),
    route('GET /knowledge-bases/{id}/collections/{collection_id}', 'middle', (call) =>
      shown(call, 'collections', inItsBase(call, 'collections', 'collection_id')),
    ),
    route('POST /knowledge-bases/{id}/collections', 'low', createCollection),
    route('PATCH /knowledge-bases/{id}/collections/{collection_id}', 'low', updateCollection),
    route('DELETE /knowledge-bases/{id}/collections/{collection_id}', 'low', (call) => {
      removeCollection(call, inItsBase(call, 'collections', 'collection_id'));
      return { is: 'done' };
    }),
  ],
  community: {
    bare: true,
    object: (object) => pick(object, ['id', 'title', 'description', 'parent_collection_id']),
  },
};

/** Four in each knowledge base: the third is inside the second, the fourth inside the third. */
function inBase(seed: number, base: number, created: number): Fields[] {
  const id = ids(seed, 'collections');
  return ['Getting started', 'Integrations', 'Chat', 'Bots'].map((title, i) => ({
    id: id.of(base * 4 + i),
    title,
    slug: plain(title),
    description: i % 2 === 0 ? `All about ${title.toLowerCase()}` : '',
    icon: i === 0 ? '🚀' : null,
    parent_collection_id: i > 1 ? id.of(base * 4 + i - 1) : null,
    visibility_config: visibility(i),
    created_at: instant(created + i * DAY),
  }));
}

function createCollection(call: Call): Reply {
  const body = bodyOf(call, creation);
  const base = rowOf(call, 'knowledge_bases').key;
  const slug = body.slug || slugOf(body.title, 'collection');
  refuseSlug(call, 'collections', slug);
  const parent = body.parent_collection_id || null;
  if (parent !== null && call.state.table('collections').get(parent)?.path.knowledge_base_id !== base) {
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

function updateCollection(call: Call): Reply {
  const body = bodyOf(call, update);
  const row = inItsBase(call, 'collections', 'collection_id');
  if (body.slug !== undefined) refuseSlug(call, 'collections', body.slug, row);
  const title = body.title === undefined ? {} : { title: body.title.trim() };
  return change(call, 'collections', row, {
    ...same(body, ['description', 'slug', 'visibility_config']),
    ...title,
  });
}

/** Deletes a collection with the collections inside it, and all their articles. */
function removeCollection(call: Call, row: Row): void {
  const base = row.path.knowledge_base_id ?? '';
  for (const nested of call.state.table('collections').under(base)) {
    if (nested.object.parent_collection_id === row.key) removeCollection(call, nested);
  }
  for (const article of call.state.table('articles').under(base)) {
    if (article.object.collection_id === row.key) removeArticle(call, article);
  }
  removed(call, 'collections', row);
}
