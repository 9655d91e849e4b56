import { index, text } from 'drizzle-orm/pg-core';
import { ARTICLE_PAGE, content, contentColumns } from './articles.ts';
import { defineResource, mirrorTable } from './define.ts';
import { idText } from './fields.ts';

export const table = mirrorTable(
  'article_translations',
  {
    id: text().primaryKey(),
    article_id: text(),
    language: text(),
    knowledge_base_id: text(),
    ...contentColumns(),
  },
  (column) => [
    index('article_translations_article_id').on(column.article_id),
    index('article_translations_knowledge_base_id').on(column.knowledge_base_id),
  ],
);

/**
 * Articles in the other languages of their knowledge base. The answer is the article again, in the language
 * asked for and without naming it, so the key is `<article>:<language>`. What an article has once whatever the
 * language (collection, author, tags, visibility) is left to `articles`.
 */
export const articleTranslations = defineResource({
  name: 'article_translations',
  about: 'Help articles in further languages, one row per article and language.',
  table,
  words: {
    id: 'Made of article and language: <article>:<language>.',
  },
  note: 'one listing for each further language; the key is `<article>:<language>`',
  title: 'title',
  pull: {
    by: 'parent',
    parent: 'knowledge_bases',
    path: '/knowledge-bases/{id}/articles',
    limit: ARTICLE_PAGE,
    foreignKey: 'knowledge_base_id',
    variants: ({ default_language, supported_languages }) =>
      (Array.isArray(supported_languages) ? supported_languages : [])
        .filter((language) => language !== default_language)
        .map((language: string) => ({ language })),
  },
  refers: { article_id: 'articles', knowledge_base_id: 'knowledge_bases' },
  contains: { current_draft_content_html: 'body', current_published_content_html: 'body' },
  derive: (article, facts) => {
    const id = idText(article.id);
    return {
      ...content(article),
      id: id === undefined ? undefined : `${id}:${facts.language}`,
      article_id: id,
      language: facts.language,
    };
  },
  covered: {
    collection_id: true,
    author_user_id: true,
    tags: true,
    visibility_config: true,
    body_html: true,
    published: true,
    updated_at: true,
  },
});
