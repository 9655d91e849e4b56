import { type Child, children, type Many, table } from './data/generator.ts';
import type { Fields } from './data/rows.ts';
import { article, collections, knowledgeBases, translation } from './made/knowledge.ts';
import type { Tables } from './resources/index.ts';

/** Two knowledge bases: two articles in three lie in the first. */
export function madeKnowledge(
  world: { seed: number; traps: boolean; users: readonly Fields[]; tags: readonly Fields[] },
  articleCount: number,
  oldest: number,
  many: Many,
): Pick<Tables, 'knowledge_bases' | 'collections' | 'articles' | 'article_translations'> {
  const bases = knowledgeBases(world.seed);
  const shelves = bases.map((_, b) => collections(world.seed, b, oldest));
  const baseOf = (index: number) => (index % 3 === 2 ? 1 : 0);
  const path = (b: number) => ({ knowledge_base_id: `${bases[b]?.id}` });
  const articles = many(articleCount, (i, created) =>
    article({ ...world, collections: shelves[baseOf(i)] ?? [] }, i, created),
  );
  const translations = articles.flatMap((original, i): Child[] => {
    const base = bases[baseOf(i)];
    const supported = (base?.supported_languages ?? []) as string[];
    const languages = supported.filter((language) => language !== base?.default_language);
    return languages
      .filter((_, k) => (i + k) % 3 !== 2)
      .map((language) => [translation(original, language), { ...path(baseOf(i)), language }]);
  });
  return {
    knowledge_bases: table('knowledge_bases', bases),
    collections: children(
      'collections',
      'knowledge_base_id',
      shelves.flatMap((shelf, b) => shelf.map((object): Child => [object, path(b)])),
    ),
    articles: children(
      'articles',
      'knowledge_base_id',
      articles.map((object, i): Child => [object, path(baseOf(i))]),
    ),
    article_translations: children('article_translations', 'knowledge_base_id', translations),
  };
}
