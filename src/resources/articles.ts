import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable, type PylonObject } from './define.ts';
import { idsOf, present, shadowed } from './fields.ts';
import { column } from './views.ts';
import { reference, set, value } from './writes.ts';

/** Articles carry their whole content twice, draft and published: pages are kept smaller than Pylon allows. */
export const ARTICLE_PAGE = 200;

/** What `visibility_config` of an article or a collection takes. */
export const VISIBILITY = {
  visibility: ['public', 'customer', 'internal_only'],
  ai_agent_access: ['inherit', 'none', 'specific_agents'],
} as const;

/** The columns of an article that every language has its own value of. */
export const contentColumns = () => ({
  title: text(),
  slug: text(),
  identifier: text(),
  url: text(),
  is_published: boolean(),
  is_unlisted: boolean(),
  current_draft_content_html: text(),
  current_published_content_html: text(),
  approval_info: jsonb(),
  created_at: instant(),
  last_edited_at: instant(),
  last_published_at: instant(),
});

/** Older names of content fields: what they hold goes where the field itself is absent. */
export const OLDER_NAMES = {
  body_html: 'current_draft_content_html',
  published: 'is_published',
  updated_at: 'last_edited_at',
} as const;

export const content = (article: PylonObject) => ({
  current_draft_content_html: article.current_draft_content_html ?? article.body_html,
  is_published: article.is_published ?? article.published,
  last_edited_at: article.last_edited_at ?? article.updated_at,
  _extra: present(shadowed(article, OLDER_NAMES)),
});

export const table = mirrorTable(
  'articles',
  {
    id: text().primaryKey(),
    knowledge_base_id: text(),
    collection_id: text(),
    author_user_id: text(),
    ...contentColumns(),
    tag_ids: text().array(),
    tags: jsonb(),
    visibility_config: jsonb(),
  },
  (column) => [
    index('articles_knowledge_base_id').on(column.knowledge_base_id),
    index('articles_collection_id').on(column.collection_id),
    index('articles_author_user_id').on(column.author_user_id),
    index('articles_last_edited_at').on(column.last_edited_at),
  ],
);

/** Articles in the default language of their knowledge base. */
export const articles = defineResource({
  name: 'articles',
  about: 'Help articles, in the language that their knowledge base has by default.',
  table,
  words: {
    tag_ids: 'Tags: tags.id of each.',
    tags: 'Tags as Pylon sends them.',
  },
  note: 'in the default language',
  title: 'title',
  pull: {
    by: 'parent',
    parent: 'knowledge_bases',
    path: '/knowledge-bases/{id}/articles',
    limit: ARTICLE_PAGE,
    foreignKey: 'knowledge_base_id',
  },
  get: '/knowledge-bases/{knowledge_base_id}/articles/{id}',
  refers: { knowledge_base_id: 'knowledge_bases', collection_id: 'collections', author_user_id: 'users' },
  contains: { current_draft_content_html: 'body', current_published_content_html: 'body' },
  derive: (article) => ({ ...content(article), tag_ids: idsOf(article.tags) }),
  covered: { body_html: true, published: true, updated_at: true },
  history: ['collection_id', 'is_published'],
  writes: {
    update: '/knowledge-bases/{knowledge_base_id}/articles/{id}',
    create: {
      path: '/knowledge-bases/{knowledge_base_id}/articles',
      required: ['title', 'author_user_id', 'current_draft_content_html'],
      recovery: { by: 'list', path: '/knowledge-bases/{knowledge_base_id}/articles' },
    },
    remove: '/knowledge-bases/{knowledge_base_id}/articles/{id}',
    columns: {
      title: value(),
      current_draft_content_html: value({ field: 'body_html' }),
      is_published: value(),
      is_unlisted: value(),
      tag_ids: set({ only: 'update', of: 'tags' }),
      visibility_config: value({ members: VISIBILITY }),
      slug: value({ only: 'create' }),
      collection_id: reference({ only: 'create' }),
      author_user_id: reference({ only: 'create' }),
    },
    // An edit of the body of a published article is published with it.
    also: (body, row) =>
      body.body_html !== undefined && row.id !== undefined && row.is_published === true
        ? { publish_updated_body_html: true }
        : {},
  },
  naming: { article_id: column('r.id', 'The article: articles.id.') },
  lists: [
    {
      name: 'article_tags',
      comment: 'Tags of articles, one row per article and tag.',
      each: 'unnest(r.tag_ids) AS each(one)',
      joins: 'LEFT JOIN pylon.tags AS tag ON tag.id = each.one',
      columns: {
        tag_id: column('each.one', 'The tag: tags.id.'),
        tag: column('tag.value', 'The tag itself.'),
      },
    },
  ],
});
