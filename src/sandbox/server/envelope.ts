import type { Fields } from '../data/rows.ts';
import type { Community } from '../routes/community.ts';
import type { Refusal } from '../routes/refusal.ts';
import type { EnvelopeQuirks, Reply } from '../routes/route.ts';

export interface Envelope {
  readonly requestId: string;
  /** How the endpoint's envelope differs from the others'; `undefined` without traps. */
  readonly quirks: EnvelopeQuirks | undefined;
  /** The shape of the resource in the third-party document; `undefined` for Pylon's own. */
  readonly community: Community | undefined;
}

/** The text of an answer. */
export function enveloped(reply: Reply, { requestId, quirks = {}, community }: Envelope): string {
  const id = community === undefined ? { request_id: requestId } : {};
  const shape = community?.object ?? ((object: Fields) => object);
  // The third-party document has no body for what returns no object.
  if (reply.is === 'done' && community !== undefined && reply.more === undefined) return '';
  if (reply.is === 'done') return JSON.stringify({ ...reply.more, request_id: requestId });
  if (reply.is === 'object') {
    const object = shape(reply.object);
    return JSON.stringify(community?.bare === true ? object : { data: object, ...reply.more, ...id });
  }
  return JSON.stringify({
    ...dataOf(reply.objects.map(shape), quirks),
    ...pagination(reply.next, reply.objects.length === 0, quirks),
    ...id,
  });
}

function dataOf(objects: readonly Fields[], { whenEmpty }: EnvelopeQuirks): Fields {
  if (objects.length > 0 || whenEmpty === undefined) return { data: objects };
  return whenEmpty === 'null' ? { data: null } : {};
}

function pagination(next: string | undefined, isEmpty: boolean, quirks: EnvelopeQuirks): Fields {
  if (next === undefined) return {};
  const leftOut = quirks.lastPageBare === true || (isEmpty && quirks.whenEmpty === 'absent');
  return next === '' && leftOut ? {} : { pagination: { cursor: next, has_next_page: next !== '' } };
}

/** The text of a refusal, without the request's id where a header has it. */
export function refused(refusal: Refusal, requestId?: string): string {
  return JSON.stringify({
    errors: refusal.reasons,
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(refusal.existsId === undefined ? {} : { exists_id: refusal.existsId }),
    ...(refusal.code === undefined ? {} : { code: refusal.code }),
  });
}
