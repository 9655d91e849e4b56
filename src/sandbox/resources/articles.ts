import { z } from 'zod';
import type { Fields, Row } from '../data/rows.ts';
import { bodyOf, filled, texts, visibilityConfig } from '../routes/body.ts';
import { sanitized, slugOf } from '../routes/html.ts';
import { languageOf, shelved } from '../routes/knowledge.ts';
import { refuseSlug, removeArticle } from '../routes/knowledge-writes.ts';
import { badRequest, notFound } from '../routes/refusal.ts';
import { type Call, type Reply, type Route, route, rowOf } from '../routes/route.ts';
import { change, create, distinct, nowIn, referred, same } from '../routes/writes.ts';

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

/** Changes of articles; the slug and the collection stay as they were made. */
export const articleRoutes: readonly Route[] = [
  route('POST /knowledge-bases/{id}/articles', 'low', createArticle),
  route('PATCH /knowledge-bases/{id}/articles/{article_id}', 'middle', updateArticle),
  route('DELETE /knowledge-bases/{id}/articles/{article_id}', 'middle', (call) => {
    removeArticle(call, shelved(call, 'articles', 'article_id'));
    return { is: 'done' };
  }),
];

function createArticle(call: Call): Reply {
  const body = bodyOf(call, creation);
  const base = rowOf(call, 'knowledge_bases').key;
  referred(call, 'users', 'author_user_id', body.author_user_id);
  const collection = body.collection_id || null;
  if (collection !== null && call.state.tables.collections.get(collection)?.path.knowledge_base_id !== base) {
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
      identifier: `A-${call.state.tables.articles.size() + 1}`,
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

/** An edited body stays a draft unless the request publishes it, or the article with it. */
function updateArticle(call: Call): Reply {
  const body = bodyOf(call, update);
  const article = shelved(call, 'articles', 'article_id');
  const language = languageOf(call, body.language);
  const row = language === undefined ? article : translated(call, article, language);
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

const translationsOf = (call: Call, article: Row) =>
  call.state.tables.article_translations
    .under(article.path.knowledge_base_id ?? '')
    .filter((row) => row.object.id === article.key);

function translated(call: Call, article: Row, language: string): Row {
  const row = call.state.tables.article_translations.get(`${article.key}:${language}`);
  if (row === undefined) throw notFound(`article in ${language}`);
  return row;
}

const tagsOf = (call: Call, ids: readonly string[]) =>
  distinct(ids).map((id) => {
    const tag = referred(call, 'tags', 'tag_ids', id);
    if (tag.object_type !== 'article') throw badRequest(`tag_ids: ${id} is not a tag of articles`);
    return tag;
  });
