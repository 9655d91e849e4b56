import { z } from 'zod';
import { bodyOf, filled, time } from '../routes/body.ts';
import { badRequest } from '../routes/refusal.ts';
import { type Call, type Reply, route } from '../routes/route.ts';
import { create, dates, nowIn, same } from '../routes/writes.ts';
import { accountOf } from './accounts/find.ts';
import type { Resource } from './define.ts';

const creation = z.strictObject({
  slug: filled,
  body_html: z.string().exactOptional(),
  happened_at: time.exactOptional(),
  user_id: z.string().exactOptional(),
  contact_id: z.string().exactOptional(),
  link: z.string().exactOptional(),
  link_text: z.string().exactOptional(),
});

/** Nothing lists them. */
export const account_activities: Resource = {
  name: 'account_activities',
  generate: () => ({ objects: [] }),
  routes: [route('POST /accounts/{id}/activities', 'middle', createActivity)],
};

function createActivity(call: Call): Reply {
  const body = bodyOf(call, creation);
  const types = [...call.state.table('activity_types').newest()];
  if (!types.some(({ object }) => object.slug === body.slug))
    throw badRequest(`slug: ${body.slug} is no activity type`);
  const account_id = accountOf(call).key;
  const fields = same(body, ['slug', 'body_html', 'user_id', 'contact_id', 'link', 'link_text']);
  const happened = { happened_at: nowIn(call), ...dates(body, ['happened_at']) };
  return create(call, 'account_activities', { account_id, ...fields, ...happened }, { account_id });
}
