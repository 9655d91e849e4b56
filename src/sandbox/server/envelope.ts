import type { Fields } from '../data/rows.ts';
import { communityObject, isBare } from '../routes/community.ts';
import type { Refusal } from '../routes/refusal.ts';
import type { Reply } from '../routes/route.ts';

/** Endpoints whose last page has no `pagination` at all. */
const UNPAGED_END = new Set([
  'GET /contacts',
  'GET /issues',
  'GET /issues/{id}/messages',
  'GET /knowledge-bases/{id}/articles',
  'GET /users',
  'POST /tasks/search',
]);

/** How endpoints say that there is nothing: by `null`, or by leaving `data` out. The others send `[]`. */
const NULL_WHEN_EMPTY = new Set([
  'GET /issues/{id}/followers',
  'GET /issues/{id}/messages',
  'GET /contacts',
  'POST /accounts/search',
  'POST /projects/search',
]);
const ABSENT_WHEN_EMPTY = new Set([
  'GET /issues',
  'POST /issues/search',
  'GET /issues/{id}/threads',
  'GET /knowledge-bases/{id}/articles',
  'GET /custom-fields',
]);

export interface Envelope {
  readonly endpoint: string;
  readonly requestId: string;
  readonly traps: boolean;
  readonly shape: 'official' | 'community';
}

/** The text of an answer. */
export function enveloped(reply: Reply, envelope: Envelope): string {
  const official = envelope.shape === 'official';
  const id = official ? { request_id: envelope.requestId } : {};
  if (reply.is === 'done') return JSON.stringify({ ...reply.more, ...id });
  if (reply.is === 'object') {
    const object = official ? reply.object : communityObject(reply.resource, reply.object);
    return JSON.stringify(!official && isBare(reply.resource) ? object : { data: object, ...id });
  }
  const objects = official
    ? reply.objects
    : reply.objects.map((object) => communityObject(reply.resource, object));
  return JSON.stringify({
    ...dataOf(objects, envelope),
    ...pagination(reply.next, objects.length, envelope),
    ...id,
  });
}

function dataOf(objects: readonly Fields[], { endpoint, traps }: Envelope): Fields {
  if (objects.length > 0 || !traps) return { data: objects };
  if (NULL_WHEN_EMPTY.has(endpoint)) return { data: null };
  return ABSENT_WHEN_EMPTY.has(endpoint) ? {} : { data: objects };
}

function pagination(next: string | undefined, size: number, { endpoint, traps }: Envelope): Fields {
  if (next === undefined) return {};
  if (
    next === '' &&
    traps &&
    (UNPAGED_END.has(endpoint) || (size === 0 && ABSENT_WHEN_EMPTY.has(endpoint)))
  ) {
    return {};
  }
  return { pagination: { cursor: next, has_next_page: next !== '' } };
}

export function refused(refusal: Refusal, requestId: string): string {
  return JSON.stringify({
    errors: refusal.reasons,
    request_id: requestId,
    ...(refusal.existsId === undefined ? {} : { exists_id: refusal.existsId }),
    ...(refusal.code === undefined ? {} : { code: refusal.code }),
  });
}
