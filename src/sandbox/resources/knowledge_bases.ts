import { z } from 'zod';
import { ids } from '../data/random.ts';
import type { Fields, Row } from '../data/rows.ts';
import { bodyOf, filled } from '../routes/body.ts';
import { wholeRoute } from '../routes/pages.ts';
import { badRequest, duplicate, notFound } from '../routes/refusal.ts';
import { type Call, getRoute, type Reply, route, rowOf } from '../routes/route.ts';
import { nowIn } from '../routes/writes.ts';
import type { Resource } from './define.ts';

const redirect = z.strictObject({
  from_path: filled,
  object_id: filled,
  object_type: z.enum(['article', 'collection']),
  language: z.string().exactOptional(),
});

/** Knowledge bases, and route redirects, which can be made but never read. */
export const knowledge_bases: Resource = {
  name: 'knowledge_bases',
  generate: ({ seed, traps }) => ({ objects: bases(seed, traps) }),
  routes: [
    wholeRoute('GET /knowledge-bases', 'high', 'knowledge_bases'),
    getRoute('GET /knowledge-bases/{id}', 'high', 'knowledge_bases'),
    route('POST /knowledge-bases/{id}/route-redirects', 'low', createRedirect),
  ],
  community: { object: (object) => ({ id: object.id, name: object.title, slug: object.slug }) },
};

function bases(seed: number, traps: boolean): Fields[] {
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
      ...(traps
        ? { title: 'Handbuch', slug: 'handbuch', default_language: 'de', supported_languages: ['de', 'en'] }
        : {
            title: 'Internal handbook',
            slug: 'internal',
            default_language: 'en',
            supported_languages: ['en', 'de'],
          }),
    },
  ];
}

/** Who may see a generated article or collection. */
export const visibility = (index: number) =>
  index % 5 === 4
    ? null
    : {
        visibility: ['public', 'customer', 'internal_only'][index % 3],
        ai_agent_access: 'inherit',
        allowed_agent_ids: [],
      };

function createRedirect(call: Call): Reply {
  const body = bodyOf(call, redirect);
  const target = call.state.table(`${body.object_type}s`).get(body.object_id);
  if (target?.path.knowledge_base_id !== rowOf(call, 'knowledge_bases').key) {
    throw badRequest(`object_id: ${body.object_type} not found`);
  }
  const language = languageOf(call, body.language) ?? rowOf(call, 'knowledge_bases').object.default_language;
  const object = { id: call.state.newId('route_redirects'), ...body, language, created_at: nowIn(call) };
  return { is: 'object', resource: undefined, object };
}

/** The object that a path names, if it is in the knowledge base that the path names. */
export function inItsBase(call: Call, resource: 'articles' | 'collections', name: string): Row {
  const base = rowOf(call, 'knowledge_bases');
  const row = rowOf(call, resource, name);
  if (row.path.knowledge_base_id !== base.key) throw notFound(resource.slice(0, -1));
  return row;
}

/** A language other than the default; `undefined` for the default or none. */
export function languageOf(call: Call, language: string | undefined): string | undefined {
  const base = rowOf(call, 'knowledge_bases').object;
  if (language === undefined || language === '' || language === base.default_language) return undefined;
  if (!Array.isArray(base.supported_languages) || !base.supported_languages.includes(language)) {
    throw badRequest(`language ${language} is not supported by this knowledge base`);
  }
  return language;
}

/** Slugs are unique within a knowledge base. */
export function refuseSlug(call: Call, resource: 'articles' | 'collections', slug: string, self?: Row): void {
  for (const { key, object } of call.state.table(resource).under(rowOf(call, 'knowledge_bases').key)) {
    if (object.slug === slug && key !== self?.key) throw duplicate(`slug ${slug}`, key);
  }
}
