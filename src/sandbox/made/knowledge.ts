import { DAY, instant } from '../data/instants.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { html, NASTY, plain, sentence } from '../data/words.ts';

export function knowledgeBases(seed: number): Fields[] {
  const id = ids(seed, 'knowledge_bases');
  return [
    {
      id: id.of(0),
      title: 'Help center',
      slug: 'help',
      default_language: 'en',
      supported_languages: ['en', 'fr', 'ja'],
    },
    {
      id: id.of(1),
      title: 'Handbuch',
      slug: 'handbuch',
      default_language: 'de',
      supported_languages: ['de', 'en'],
    },
  ];
}

/** Four of a knowledge base: the third lies in the second, the fourth in the third. */
export function collections(seed: number, base: number, created: number): Fields[] {
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

const visibility = (index: number) =>
  index % 5 === 4
    ? null
    : {
        visibility: ['public', 'customer', 'internal_only'][index % 3],
        ai_agent_access: 'inherit',
        allowed_agent_ids: [],
      };

export interface ArticleWorld {
  readonly seed: number;
  readonly traps: boolean;
  readonly users: readonly Fields[];
  readonly tags: readonly Fields[];
  readonly collections: readonly Fields[];
}

/** An article in its base's default language. Every fourth has a draft that differs from what is published. */
export function article(world: ArticleWorld, index: number, created: number): Fields {
  const { seed, traps } = world;
  const roll = new Dice(mix(seed, salt('articles'), index));
  const id = ids(seed, 'articles').of(index);
  const title = traps && index < NASTY.length ? `${NASTY[index]}` : sentence(roll);
  const published = index % 3 !== 2;
  const body = html(roll, 2);
  return {
    id,
    identifier: `A-${index + 1}`,
    title,
    slug: `${plain(title) || 'article'}-${index}`,
    url: `https://help.example/articles/${index + 1}`,
    collection_id: index % 4 === 3 ? null : world.collections[index % world.collections.length]?.id,
    author_user_id: roll.pick(world.users).id,
    current_draft_content_html: index % 4 === 1 ? `${body}<p>Not yet published.</p>` : body,
    current_published_content_html: published ? body : null,
    is_published: published,
    is_unlisted: index % 10 === 9,
    tags: index % 5 === 0 ? null : world.tags.filter(() => roll.chance(0.3)),
    approval_info: index % 6 === 0 ? approval(created, roll.pick(world.users)) : null,
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

/** The same article in another language, as far as it is translated: its text differs, its id does not. */
export function translation(article: Fields, language: string): Fields {
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
