import { z } from 'zod';
import type { Row } from '../../data/rows.ts';
import { bodyOf, texts } from '../../routes/body.ts';
import { badRequest } from '../../routes/refusal.ts';
import type { Call, Reply } from '../../routes/route.ts';
import { change, referred } from '../../routes/writes.ts';

const review = z.strictObject({
  request_ai_review: z.boolean().exactOptional(),
  reviewer_user_ids: texts.exactOptional(),
});

/** Asks for a review of an article, of which the article shows that it is pending. */
export function requestReview(call: Call, article: Row): Reply {
  const { request_ai_review = false, reviewer_user_ids = [] } = bodyOf(call, review);
  if (!request_ai_review && reviewer_user_ids.length === 0)
    throw badRequest('at least one of reviewer_user_ids and request_ai_review is required');
  for (const id of reviewer_user_ids) referred(call, 'users', 'reviewer_user_ids', id);
  change(call, 'articles', article, { approval_info: { status: 'pending', reviewer_user_ids } });
  const approval_status = 'pending';
  const object = {
    approval_status,
    article_id: article.key,
    article_version_id: call.state.newId('versions'),
  };
  return { is: 'object', resource: undefined, object };
}
