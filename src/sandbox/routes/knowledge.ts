import { behind } from '../data/memory-table.ts';
import type { Row } from '../data/rows.ts';
import { limitOf, PAGE, pageOf, placeOf, wholeRoute } from './pages.ts';
import { badRequest, notFound } from './refusal.ts';
import { type Call, getRoute, param, type Reply, type Route, route, rowOf, shown } from './route.ts';

/** Reading knowledge bases, collections and articles. */
export const knowledgeRoutes: readonly Route[] = [
  wholeRoute('GET /knowledge-bases', 'high', 'knowledge_bases'),
  getRoute('GET /knowledge-bases/{id}', 'high', 'knowledge_bases'),
  route('GET /knowledge-bases/{id}/collections', 'middle', (call) => {
    const rows = call.state.tables.collections.under(rowOf(call, 'knowledge_bases').key);
    return { is: 'list', resource: 'collections', objects: rows.map(call.state.show), next: undefined };
  }),
  route('GET /knowledge-bases/{id}/collections/{collection_id}', 'middle', (call) =>
    shown(call, 'collections', shelved(call, 'collections', 'collection_id')),
  ),
  route('GET /knowledge-bases/{id}/articles', 'middle', listArticles),
  route('GET /knowledge-bases/{id}/articles/{article_id}', 'high', (call) => {
    const article = shelved(call, 'articles', 'article_id');
    const language = languageOf(call, call.query.language);
    if (language === undefined) return shown(call, 'articles', article);
    const translation = call.state.tables.article_translations.get(`${article.key}:${language}`);
    if (translation === undefined) throw notFound(`article in ${language}`);
    return shown(call, 'article_translations', translation);
  }),
];

/** What a path names, where it lies in the knowledge base that the path names. */
export function shelved(call: Call, resource: 'articles' | 'collections', name: string): Row {
  const base = rowOf(call, 'knowledge_bases');
  const row = rowOf(call, resource, name);
  if (row.path.knowledge_base_id !== base.key) throw notFound(resource.slice(0, -1));
  return row;
}

/** A language other than the default one; `undefined` for that or none. */
export function languageOf(call: Call, language: string | undefined): string | undefined {
  const base = rowOf(call, 'knowledge_bases').object;
  if (language === undefined || language === '' || language === base.default_language) return undefined;
  if (!Array.isArray(base.supported_languages) || !base.supported_languages.includes(language)) {
    throw badRequest(`language ${language} is not supported by this knowledge base`);
  }
  return language;
}

/** In another language: only the articles that are translated into it. */
function listArticles(call: Call): Reply {
  const base = param(call, 'id');
  const language = languageOf(call, call.query.language);
  const resource = language === undefined ? 'articles' : 'article_translations';
  const rows = call.state.tables[resource]
    .under(base)
    .filter((row) => row.path.language === language)
    .reverse();
  const limit = limitOf(call.query.limit, PAGE);
  return pageOf(call, resource, behind(rows, placeOf(call.query.cursor), 'newest'), limit);
}
