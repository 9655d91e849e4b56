import { text } from 'drizzle-orm/pg-core';
import { inPath, optional, referring, required } from './actions.ts';
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
  about: 'Collections of help articles as customers see them, one row per site.',
  table,
  words: {
    supported_languages: 'Languages that its articles can be had in.',
  },
  title: 'title',
  pull: { by: 'list', path: '/knowledge-bases' },
  get: '/knowledge-bases/{id}',
  derive: (knowledgeBase) => ({
    title: knowledgeBase.title ?? knowledgeBase.name,
    _extra: present(shadowed(knowledgeBase, { name: 'title' })),
  }),
  covered: { name: true },
  actions: [
    {
      ...{ name: 'edit_article_translation', record: 'knowledge_base_id', allow: 'update', method: 'PATCH' },
      route: '/knowledge-bases/{id}/articles/{article_id}',
      comment: 'Changes an article in one of its other languages, and publishes that if asked to.',
      parameters: [
        ...[inPath('article_id', 'articles'), required('language'), optional('title'), optional('body_html')],
        { name: 'publish', type: 'boolean', field: 'publish_updated_body_html', optional: true },
      ],
      ...{ answersRecord: false, repeatable: true },
    },
    {
      ...{ name: 'request_article_review', record: 'knowledge_base_id', allow: 'update', method: 'POST' },
      route: '/knowledge-bases/{id}/articles/{article_id}/request-review',
      comment: 'Asks users, an AI or both to review what is not published of an article.',
      parameters: [
        inPath('article_id', 'articles'),
        referring('users', optional('reviewer_user_ids', 'text[]')),
        optional('request_ai_review', 'boolean'),
      ],
      ...{ answersRecord: false, repeatable: false },
    },
    {
      ...{ name: 'redirect_route', record: 'knowledge_base_id', allow: 'create', method: 'POST' },
      route: '/knowledge-bases/{id}/route-redirects',
      comment: 'Redirects a path of a knowledge base to an article or a collection.',
      parameters: [
        required('from_path'),
        required('object_type'),
        required('object_id'),
        optional('language'),
      ],
      ...{ answersRecord: false, repeatable: false },
    },
  ],
});
