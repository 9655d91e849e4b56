import type { Generator } from '../../data/generator.ts';
import { DAY, instant } from '../../data/instants.ts';
import { ARTICLES, textAt } from '../../data/plausible/office.ts';
import { Dice, ids, mix, salt } from '../../data/random.ts';
import type { Child, Fields } from '../../data/rows.ts';
import { html, NASTY, plain, sentence } from '../../data/words.ts';
import { visibility } from '../knowledge_bases.ts';

/** Two thirds of the articles are in the first knowledge base. */
export function generateArticles(generator: Generator): readonly Child[] {
  const bases = generator.objects('knowledge_bases');
  const count = generator.share(50, 12);
  return Array.from({ length: count }, (_, i): Child => {
    const base = `${bases[i % 3 === 2 ? 1 : 0]?.id}`;
    const collections = generator
      .children('collections')
      .filter(([, path]) => path.knowledge_base_id === base)
      .map(([object]) => object);
    const created = generator.spread(i, count);
    return [article(generator, collections, i, created), { knowledge_base_id: base }];
  });
}

/**
 * An article in its knowledge base's default language. Every fourth has a draft that differs from the
 * published text.
 */
function article(
  { seed, traps, objects }: Generator,
  collections: readonly Fields[],
  index: number,
  created: number,
): Fields {
  const users = objects('users');
  const tags = objects('tags').filter((tag) => tag.object_type === 'article');
  const roll = new Dice(mix(seed, salt('articles'), index));
  const id = ids(seed, 'articles').of(index);
  const [title, text] = traps
    ? [index < NASTY.length ? `${NASTY[index]}` : sentence(roll)]
    : textAt(ARTICLES, index);
  const published = index % 3 !== 2;
  const body = text ?? html(roll, 2);
  return {
    id,
    identifier: `A-${index + 1}`,
    title,
    slug: `${plain(title) || 'article'}-${index}`,
    url: `https://help.example/articles/${index + 1}`,
    collection_id: index % 4 === 3 ? null : collections[index % collections.length]?.id,
    author_user_id: roll.pick(users).id,
    current_draft_content_html: index % 4 === 1 ? `${body}<p>Not yet published.</p>` : body,
    current_published_content_html: published ? body : null,
    is_published: published,
    is_unlisted: index % 10 === 9,
    tags: index % 5 === 0 ? null : tags.filter(() => roll.chance(0.3)),
    approval_info: index % 6 === 0 ? approval(created, roll.pick(users)) : null,
    visibility_config: visibility(index),
    created_at: instant(created),
    last_edited_at: instant(created + DAY),
    last_published_at: published ? instant(created + DAY / 2) : null,
  };
}
const approval = (created: number, user: Fields) => ({
  status: 'approved',
  requested_at: instant(created),
  reviewed_at: instant(created + DAY / 4),
  reviewed_by_user_id: user.id,
});
