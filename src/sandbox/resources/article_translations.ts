import type { Generator } from '../data/generator.ts';
import type { Child, Fields, Row } from '../data/rows.ts';
import { pick } from '../routes/community.ts';
import { notFound } from '../routes/refusal.ts';
import type { Call } from '../routes/route.ts';
import { removed } from '../routes/writes.ts';
import type { Resource } from './define.ts';

/**
 * Articles in languages other than their knowledge base's default. The id is the article's. `articles` has
 * the endpoints.
 */
export const article_translations: Resource = {
  name: 'article_translations',
  key: ({ id }, { language }) => (typeof id === 'string' ? `${id}:${language}` : undefined),
  generate: (generator) => ({ parent: 'knowledge_base_id', children: generated(generator) }),
  routes: [],
  community: { bare: true, object: articleShape },
};

/** Two thirds of all possible translations. */
function generated({ objects, children }: Generator): readonly Child[] {
  const bases = new Map(objects('knowledge_bases').map((base) => [base.id, base]));
  return children('articles').flatMap(([article, path], i): Child[] => {
    const base = bases.get(path.knowledge_base_id);
    const languages = (base?.supported_languages ?? []) as string[];
    return languages
      .filter((language) => language !== base?.default_language)
      .filter((_, k) => (i + k) % 3 !== 2)
      .map((language) => [translation(article, language), { ...path, language }]);
  });
}

/** The same article in another language, if it is translated: with another text and the same id. */
function translation(article: Fields, language: string): Fields {
  return {
    ...article,
    title: `[${language}] ${article.title}`,
    slug: `${language}-${article.slug}`,
    url: `${article.url}?language=${language}`,
    current_draft_content_html: `<p lang="${language}">${article.title}</p>`,
    current_published_content_html:
      article.is_published === true ? `<p lang="${language}">${article.title}</p>` : null,
  };
}

/** An article of any language in the third-party document. */
export function articleShape(object: Fields): Fields {
  return {
    ...pick(object, ['id', 'title', 'slug', 'collection_id', 'created_at']),
    body_html: object.current_published_content_html ?? object.current_draft_content_html,
    published: object.is_published,
    updated_at: object.last_edited_at,
  };
}

export const translationsOf = (call: Call, article: Row) =>
  call.state
    .table('article_translations')
    .under(article.path.knowledge_base_id ?? '')
    .filter((row) => row.object.id === article.key);

export function translatedInto(call: Call, article: Row, language: string): Row {
  const row = call.state.table('article_translations').get(`${article.key}:${language}`);
  if (row === undefined) throw notFound(`article in ${language}`);
  return row;
}

export function removeTranslations(call: Call, article: Row): void {
  for (const translation of translationsOf(call, article)) removed(call, 'article_translations', translation);
}
