import { z } from 'zod';
import { TOPICS } from '../data/plausible/topics.ts';
import { ids } from '../data/random.ts';
import { bodyOf, filled } from '../routes/body.ts';
import { wholeRoute } from '../routes/pages.ts';
import { getRoute, route, rowOf } from '../routes/route.ts';
import { change, create, refuseTwin, removed } from '../routes/writes.ts';
import type { Resource } from './define.ts';

/** The tags of issues with traps; without traps, the tags of their topics. */
export const ISSUE_TAGS = [
  'bug',
  'question',
  'billing',
  'urgent',
  'vip',
  'churn-risk',
  'how to',
  'naïve café',
];
export const ACCOUNT_TAGS = ['enterprise', 'startup', 'trial', 'vip', 'at risk', 'partner'];
const ARTICLE_TAGS = ['setup', 'billing', 'api', 'draft'];

const TOPIC_TAGS = [...new Set(TOPICS.flatMap(({ tags }) => tags)), 'urgent', 'vip'];

const creation = z.strictObject({
  object_type: z.enum(['account', 'article', 'issue']),
  value: filled,
  hex_color: z.string().exactOptional(),
});
const update = z.strictObject({ value: filled.exactOptional(), hex_color: z.string().exactOptional() });

export const tags: Resource = {
  name: 'tags',
  generate: ({ seed, traps }) => ({
    objects: [
      ...ofType('issue', traps ? ISSUE_TAGS : TOPIC_TAGS),
      ...ofType('account', ACCOUNT_TAGS),
      ...ofType('article', ARTICLE_TAGS),
    ].map(({ object_type, value }, i) => ({
      id: ids(seed, 'tags').of(i),
      value,
      object_type,
      hex_color: `#${(0x33aa77 + i * 7_919).toString(16).slice(0, 6)}`,
    })),
  }),
  routes: [
    wholeRoute('GET /tags', 'high', 'tags'),
    getRoute('GET /tags/{id}', 'high', 'tags'),
    route('POST /tags', 'high', (call) => {
      const body = bodyOf(call, creation);
      refuseTwin(call, 'tags', { object_type: body.object_type, value: body.value });
      return create(call, 'tags', { hex_color: '#888888', ...body });
    }),
    route('PATCH /tags/{id}', 'low', (call) => {
      const body = bodyOf(call, update);
      const row = rowOf(call, 'tags');
      const { value = row.object.value } = body;
      refuseTwin(call, 'tags', { object_type: row.object.object_type, value }, row.key);
      return change(call, 'tags', row, body);
    }),
    route('DELETE /tags/{id}', 'low', (call) => removed(call, 'tags')),
  ],
};

const ofType = (object_type: string, values: readonly string[]) =>
  values.map((value) => ({ object_type, value }));
