import { z } from 'zod';
import { bodyOf, filled, time } from '../routes/body.ts';
import { notFound } from '../routes/refusal.ts';
import { type Call, type Reply, route, rowOf } from '../routes/route.ts';
import { change, create, dates, nowIn, removed, same } from '../routes/writes.ts';
import { accountOf } from './accounts/find.ts';
import type { Resource } from './define.ts';

const creation = z.strictObject({ content_html: filled, expires_at: time.exactOptional() });
const update = z.strictObject({ content_html: filled.exactOptional(), expires_at: time.exactOptional() });

/** Nothing lists them. */
export const account_highlights: Resource = {
  name: 'account_highlights',
  generate: () => ({ objects: [] }),
  routes: [
    route('POST /accounts/{id}/highlights', 'low', createHighlight),
    route('PATCH /accounts/{id}/highlights/{highlight_id}', 'middle', (call) => {
      const body = bodyOf(call, update);
      const fields = { ...same(body, ['content_html']), ...dates(body, ['expires_at']) };
      return change(call, 'account_highlights', highlightOf(call), fields);
    }),
    route('DELETE /accounts/{id}/highlights/{highlight_id}', 'middle', (call) =>
      removed(call, 'account_highlights', highlightOf(call)),
    ),
  ],
};

function createHighlight(call: Call): Reply {
  const body = bodyOf(call, creation);
  const account_id = accountOf(call).key;
  return create(
    call,
    'account_highlights',
    {
      ...{ account_id, content_html: body.content_html, expires_at: null, ...dates(body, ['expires_at']) },
      ...{ created_at: nowIn(call), updated_at: nowIn(call) },
    },
    { account_id },
  );
}

function highlightOf(call: Call) {
  const row = rowOf(call, 'account_highlights', 'highlight_id');
  if (row.path.account_id !== accountOf(call).key) throw notFound('account highlight');
  return row;
}
