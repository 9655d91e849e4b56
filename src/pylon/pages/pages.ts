import { backoffMs } from '../../backoff.ts';
import { PermanentError, TransientError } from '../../errors.ts';
import type { Order } from '../../order.ts';
import { sleep as realSleep, type Sleep } from '../../sleep.ts';
import { describe, isFields } from '../answer.ts';
import { AnswerTooLargeError } from '../errors.ts';
import type { Answer, Listing, Page, Pylon, PylonRequest } from '../types.ts';
import { BACKOFF } from '../wire/retry.ts';
import type { PageSize } from './page-size.ts';

export interface Paging {
  /** Adapts the page size; without it, every request asks for `listing.limit`. */
  readonly size?: PageSize;
  readonly sleep?: Sleep;
  readonly random?: () => number;
}

/** Attempts at a page that claims there is more but is empty. */
const EMPTY_ATTEMPTS = 6;

/** The content of a page's answer, in the envelope of either of Pylon's two API documents. */
function open(
  endpoint: string,
  { body }: Answer,
  items: string | undefined,
): { objects: readonly unknown[]; more: boolean; cursor: string } {
  if (Array.isArray(body)) return { objects: body, more: false, cursor: '' };
  // The community document's envelope has nothing but `data`, and an empty result may omit that. An error's
  // envelope has a `request_id` too, whatever its status.
  const known =
    isFields(body) &&
    !(Array.isArray(body.errors) && body.errors.length > 0) &&
    (Object.keys(body).length === 0 || ['data', 'pagination', 'request_id'].some((key) => key in body));
  const whole = isFields(body) ? (body.data ?? (items === undefined ? [] : undefined)) : undefined;
  const data = items !== undefined && isFields(whole) ? (whole[items] ?? []) : whole;
  if (!known || !Array.isArray(data)) {
    throw new TransientError(
      `${endpoint}: a list was expected, the answer is ${describe(known ? data : body)}`,
    );
  }
  const pagination = isFields(body.pagination) ? body.pagination : {};
  const cursor = typeof pagination.cursor === 'string' ? pagination.cursor : '';
  // If only one of the two fields came, it decides: taking the page for the last one would make live records look deleted.
  const more = pagination.has_next_page ?? cursor !== '';
  return { objects: data, more: more === true, cursor };
}

const signalOf = ({ signal }: Listing): AbortSignal | undefined =>
  typeof signal === 'function' ? signal() : signal;

function requestFor(
  listing: Listing,
  cursor: string | undefined,
  limit: number | undefined,
  maxBytes?: number,
): PylonRequest {
  const { method, route, params, priority } = listing;
  const signal = signalOf(listing);
  const place = { ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) };
  const fields = { ...listing.arguments, ...place };
  return {
    method,
    route,
    ...(params === undefined ? {} : { params }),
    ...(priority === undefined ? {} : { priority }),
    ...(signal === undefined ? {} : { signal }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(method === 'POST'
      ? { body: fields }
      : { query: fields as Record<string, string | number | boolean> }),
  };
}

/** Requests one page and passes its objects to `read`, without keeping a reference to them. */
async function ask<T>(
  pylon: Pylon,
  request: PylonRequest,
  endpoint: string,
  items: string | undefined,
  read: Read<T>,
): Promise<Page<T> & { readonly next: string; readonly count: number; readonly more: boolean }> {
  const answer = await pylon.request(request);
  const { bytes, order, date } = answer;
  const { objects, more, cursor: next } = open(endpoint, answer, items);
  return { objects: read(objects, order), count: objects.length, more, next, bytes, order, date };
}

/** Converts the objects of an answer. */
export type Read<T> = (objects: readonly unknown[], order: Order) => T;

/**
 * The pages of a listing, in order, from its cursor to the last. A page that is empty but claims there is more is
 * requested again: taking it for the end would make live records look deleted.
 *
 * @throws TransientError when such a page stays empty, or the answer is not a list; PermanentError when a cursor is
 * missing or repeats.
 */
export function pages(pylon: Pylon, listing: Listing, paging: Paging = {}): AsyncGenerator<Page> {
  return readPages(pylon, listing, paging, (objects) => objects);
}

/**
 * The same pages, with the result of `read` instead of their objects. Parsed objects take several times the memory of
 * their text, so they can be freed before the page is yielded.
 */
export async function* readPages<T>(
  pylon: Pylon,
  listing: Listing,
  paging: Paging,
  read: Read<T>,
): AsyncGenerator<Page<T>> {
  const { size } = paging;
  const sleep = paging.sleep ?? realSleep;
  const endpoint = `${listing.method} ${listing.route}`;
  let cursor = listing.cursor;
  const followed = new Set<string>(cursor === undefined ? [] : [cursor]);
  for (let empty = 0; ; ) {
    const limit = size?.limit ?? listing.limit;
    const maxBytes = size?.maxBytes;
    let answered: Awaited<ReturnType<typeof ask<T>>>;
    try {
      answered = await ask(
        pylon,
        requestFor(listing, cursor, limit, maxBytes),
        endpoint,
        listing.items,
        read,
      );
    } catch (error) {
      if (maxBytes === undefined || !(error instanceof AnswerTooLargeError)) throw error;
      size?.shrink();
      continue;
    }
    const { count, more, ...page } = answered;
    const { next } = page;
    if (!more) {
      yield { ...page, next: null };
      return;
    }
    if (count === 0) {
      empty += 1;
      if (empty === EMPTY_ATTEMPTS) {
        throw new TransientError(
          `${endpoint}: says that there is more but sends nothing, ${empty} times in a row`,
        );
      }
      await sleep(backoffMs(BACKOFF, empty, paging.random), signalOf(listing));
      continue;
    }
    if (next === '') throw new PermanentError(`${endpoint}: says that there is more but gives no cursor`);
    if (followed.has(next))
      throw new PermanentError(`${endpoint}: the cursor ${next} came back: the listing goes in circles`);
    empty = 0;
    followed.add(next);
    size?.learn(count, page.bytes);
    yield page;
    cursor = next;
  }
}
