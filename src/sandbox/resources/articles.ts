import { z } from 'zod';
import type { Fields, Row } from '../data/rows.ts';
import { behind } from '../data/tables/memory.ts';
import { bodyOf, filled, texts, visibilityConfig } from '../routes/body.ts';
import { sanitized, slugOf } from '../routes/html.ts';
import { limitOf, PAGE, pageOf, placeOf } from '../routes/pages.ts';
import { badRequest } from '../routes/refusal.ts';
import { type Call, param, type Reply, route, rowOf, shown } from '../routes/route.ts';
import { change, create, distinct, nowIn, referred, removed, same } from '../routes/writes.ts';
import { articleShape, removeTranslations, translatedInto, translationsOf } from './article_translations.ts';
import { generateArticles } from './articles/generate.ts';
import { requestReview } from './articles/review.ts';
import type { Resource } from './define.ts';
import { inItsBase, languageOf, refuseSlug } from './knowledge_bases.ts';

const flag = z.boolean().exactOptional();
const creation = z.strictObject({
  title: filled,
  author_user_id: filled,
  body_html: z.string(),
  collection_id: z.string().exactOptional(),
  is_published: flag,
  is_unlisted: flag,
  slug: z.string().exactOptional(),
  translations: z
    .array(z.strictObject({ language: filled, title: filled, body_html: z.string() }))
    .exactOptional(),
  visibility_config: visibilityConfig.exactOptional(),
});
const update = z.strictObject({
  title: filled.exactOptional(),
  body_html: z.string().exactOptional(),
  is_published: flag,
  is_unlisted: flag,
  publish_updated_body_html: flag,
  language: z.string().exactOptional(),
  tag_ids: texts.exactOptional(),
  visibility_config: visibilityConfig.exactOptional(),
});

/** Articles in every language. The slug and the collection never change. */
export const articles: Resource = {
  name: 'articles',
  generate: (generator) => ({ parent: 'knowledge_base_id', children: generateArticles(generator) }),
  routes: [
    route('GET /knowledge-bases/{id}/articles', 'middle', listArticles, {
      whenEmpty: 'absent',
      lastPageBare: true,
    }),
    route('GET /knowledge-bases/{id}/articles/{article_id}', 'high', showArticle),
    route('POST /knowledge-bases/{id}/articles', 'low', createArticle),
    route('PATCH /knowledge-bases/{id}/articles/{article_id}', 'middle', updateArticle),
    route('POST /knowledge-bases/{id}/articles/{article_id}/request-review', 'low', (call) =>
      requestReview(call, inItsBase(call, 'articles', 'article_id')),
    ),
    route('DELETE /knowledge-bases/{id}/articles/{article_id}', 'middle', (call) => {
      removeArticle(call, inItsBase(call, 'articles', 'article_id'));
      return { is: 'done' };
    }),
  ],
  community: {
    bare: true,
    object: articleShape,
    bodies: {
      'PATCH /knowledge-bases/{id}/articles/{article_id}': ({
        published,
        slug: _,
        collection_id: __,
        ...body
      }) => ({
        ...body,
        ...(published === undefined ? {} : { is_published: published }),
        publish_updated_body_html: true,
      }),
    },
  },
};

/** In a language other than the default: only the articles that are translated into it. */
function listArticles(call: Call): Reply {
  const base = param(call, 'id');
  const language = languageOf(call, call.query.language);
  const resource = language === undefined ? 'articles' : 'article_translations';
  const rows = call.state
    .table(resource)
    .under(base)
    .filter((row) => row.path.language === language)
    .reverse();
  const limit = limitOf(call.query.limit, PAGE);
  return pageOf(call, resource, behind(rows, placeOf(call.query.cursor), 'newest'), limit);
}

function showArticle(call: Call): Reply {
  const article = inItsBase(call, 'articles', 'article_id');
  const language = languageOf(call, call.query.language);
  if (language === undefined) return shown(call, 'articles', article);
  return shown(call, 'article_translations', translatedInto(call, article, language));
}

function createArticle(call: Call): Reply {
  const body = bodyOf(call, creation);
  const base = rowOf(call, 'knowledge_bases').key;
  referred(call, 'users', 'author_user_id', body.author_user_id);
  const collection = body.collection_id || null;
  if (
    collection !== null &&
    call.state.table('collections').get(collection)?.path.knowledge_base_id !== base
  ) {
    throw badRequest('collection_id: collection not found');
  }
  const slug = body.slug || slugOf(body.title, 'article');
  refuseSlug(call, 'articles', slug);
  const languages = (body.translations ?? []).map(({ language }) => {
    const other = languageOf(call, language);
    if (other === undefined) throw badRequest('translations: the default language is the article itself');
    return other;
  });
  const published = body.is_published ?? false;
  const reply = create(
    call,
    'articles',
    {
      identifier: `A-${call.state.table('articles').size() + 1}`,
      title: body.title.trim(),
      slug,
      url: `https://help.example/articles/${slug}`,
      collection_id: collection,
      author_user_id: body.author_user_id,
      ...content(body.body_html, published),
      is_published: published,
      is_unlisted: body.is_unlisted ?? false,
      tags: [],
      approval_info: null,
      visibility_config: body.visibility_config ?? null,
      created_at: nowIn(call),
      last_edited_at: nowIn(call),
      last_published_at: published ? nowIn(call) : null,
    },
    { knowledge_base_id: base },
  );
  if (reply.is !== 'object') return reply;
  for (const [i, { title, body_html }] of (body.translations ?? []).entries()) {
    const object = { ...reply.object, title: title.trim(), ...content(body_html, published) };
    const path = { knowledge_base_id: base, language: languages[i] ?? '' };
    call.state.store('article_translations', object, { path });
  }
  return reply;
}

const content = (html: string, published: boolean) => ({
  current_draft_content_html: sanitized(html),
  current_published_content_html: published ? sanitized(html) : null,
});

/** An edited body is a draft until a request publishes it, or the article. */
function updateArticle(call: Call): Reply {
  const body = bodyOf(call, update);
  const article = inItsBase(call, 'articles', 'article_id');
  const language = languageOf(call, body.language);
  const row = language === undefined ? article : translatedInto(call, article, language);
  const shared: Fields = {
    ...same(body, ['is_published', 'is_unlisted', 'visibility_config']),
    ...(body.tag_ids === undefined ? {} : { tags: tagsOf(call, body.tag_ids) }),
  };
  const draft =
    body.body_html === undefined ? row.object.current_draft_content_html : sanitized(body.body_html);
  const publishes =
    body.publish_updated_body_html === true ||
    (body.is_published === true && row.object.is_published !== true);
  const own: Fields = {
    ...(body.title === undefined ? {} : { title: body.title.trim() }),
    ...(body.body_html === undefined ? {} : { current_draft_content_html: draft }),
    ...(body.body_html === undefined && body.title === undefined ? {} : { last_edited_at: nowIn(call) }),
    ...(publishes ? { current_published_content_html: draft, last_published_at: nowIn(call) } : {}),
  };
  for (const other of [article, ...translationsOf(call, article)]) {
    if (other.key !== row.key && Object.keys(shared).length > 0)
      change(call, resourceOf(other), other, shared);
  }
  return change(call, resourceOf(row), row, { ...shared, ...own });
}

const resourceOf = (row: Row) => (row.path.language === undefined ? 'articles' : 'article_translations');

const tagsOf = (call: Call, ids: readonly string[]) =>
  distinct(ids).map((id) => {
    const tag = referred(call, 'tags', 'tag_ids', id);
    if (tag.object_type !== 'article') throw badRequest(`tag_ids: ${id} is not a tag of articles`);
    return tag;
  });

/** Deletes an article with its translations. */
export function removeArticle(call: Call, row: Row): void {
  removeTranslations(call, row);
  removed(call, 'articles', row);
}
