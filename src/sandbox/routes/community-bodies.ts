import type { Fields } from '../data/rows.ts';

/** Fields that the third-party document calls otherwise, by the resource a path begins with. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  accounts: { type: 'account_type' },
  'custom-fields': { options: 'select_options' },
  tasks: { description: 'body_html' },
  projects: { title: 'name', description: 'description_html' },
  milestones: { title: 'name' },
};

type Change = (body: Fields) => Fields;

/** Endpoints whose whole body has another shape there. */
const RESHAPED: Readonly<Record<string, Change>> = {
  'POST /issues': ({ state: _, ...body }) => ({ body_html: '', ...body }),
  'PATCH /issues/{id}': ({ priority, ...body }) =>
    priority === undefined
      ? body
      : { ...body, custom_fields: [...listed(body.custom_fields), { slug: 'priority', value: priority }] },
  'POST /issues/{id}/snooze': ({ snooze_until_time }) => ({ snooze_until: snooze_until_time }),
  'POST /issues/{id}/followers': ({ add_follower_ids, remove_follower_ids }) =>
    add_follower_ids === undefined
      ? { user_ids: remove_follower_ids, operation: 'remove' }
      : { user_ids: add_follower_ids, operation: 'add' },
  'POST /issues/{id}/external-issues': ({ link, unlink }) => {
    const [linked] = listed(link) as Fields[];
    return linked === undefined
      ? { source: 'linear', external_issue_id: listed(unlink)[0], operation: 'unlink' }
      : { source: linked.source, external_issue_id: linked.external_id, operation: 'link' };
  },
  'PATCH /knowledge-bases/{id}/articles/{article_id}': ({
    published,
    slug: _,
    collection_id: __,
    ...body
  }) => ({
    ...body,
    ...(published === undefined ? {} : { is_published: published }),
    publish_updated_body_html: true,
  }),
};

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Custom fields come as slug to value or values, and are written as a list. */
function spelledOut(custom: unknown): unknown {
  if (custom === null || typeof custom !== 'object' || Array.isArray(custom)) return custom;
  return Object.entries(custom as Fields).map(([slug, value]) =>
    Array.isArray(value) ? { slug, values: value } : { slug, ...(value === null ? {} : { value }) },
  );
}

/** A body in the shape of the third-party document, as Pylon's own has it. Searches are the same in both. */
export function officialBody(endpoint: string, body: unknown): unknown {
  if (body === null || typeof body !== 'object' || Array.isArray(body) || endpoint.endsWith('/search'))
    return body;
  const renamed = RENAMED[endpoint.split('/')[1] ?? ''] ?? {};
  const spelled = Object.fromEntries(
    Object.entries(body as Fields).map(([field, value]) => [
      renamed[field] ?? field,
      field === 'custom_fields' ? spelledOut(value) : value,
    ]),
  );
  if (Array.isArray(spelled.select_options)) {
    spelled.select_options = spelled.select_options.map((slug) => ({ label: `${slug}`, slug: `${slug}` }));
  }
  return RESHAPED[endpoint]?.(spelled) ?? spelled;
}
