import { backoffMs } from '../../backoff.ts';
import { PermanentError, TransientError } from '../../errors.ts';
import type { Order } from '../../order.ts';
import { sleep as realSleep, type Sleep } from '../../sleep.ts';
import { describe, isFields } from '../answer.ts';
import { AnswerTooLargeError } from '../errors.ts';
import type { Answer, Listing, Page, Pylon, PylonRequest } from '../types.ts';
import { BACKOFF } from '../wire/retry.ts';
import { type Met, newMet } from './met.ts';
import type { PageSize } from './page-size.ts';

export interface Paging {
  /** Adapts the page size; without it, every request asks for `listing.limit`. */
  readonly size?: PageSize;
  readonly sleep?: Sleep;
  readonly random?: () => number;
}

/** Attempts at a page that claims there is more but is empty. */
const EMPTY_ATTEMPTS = 6;

/** Pages in a row with nothing but objects that came before, after which a listing counts as endless. */
const MOST_REPEATED = 10;

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

/** What a request for a page brought. */
interface Asked<T> {
  readonly page: Page<T>;
  readonly count: number;
  readonly more: boolean;
  /** Whether all objects of the page came before. */
  readonly isRepeated: boolean;
  /** Of the next page, empty where Pylon gave none. */
  readonly cursor: string;
}

/** Requests one page and passes its objects to `read`, without keeping a reference to them. */
async function ask<T>(
  pylon: Pylon,
  request: PylonRequest,
  endpoint: string,
  items: string | undefined,
  read: Read<T>,
  areRepeated: (objects: readonly unknown[]) => boolean,
): Promise<Asked<T>> {
  const answer = await pylon.request(request);
  const { bytes, order, date } = answer;
  const { objects, more, cursor } = open(endpoint, answer, items);
  // Most listings have one page, and of the last one it does not matter.
  const isRepeated = more && objects.length > 0 && areRepeated(objects);
  const page = { objects: read(objects, order), next: more ? cursor : null, bytes, order, date };
  return { page, count: objects.length, more, isRepeated, cursor };
}

/** Converts the objects of an answer. */
export type Read<T> = (objects: readonly unknown[], order: Order) => T;

/**
 * The pages of a listing, in order, from its cursor to the last. A page that is empty but claims there is more is
 * requested again: taking it for the end would make live records look deleted.
 *
 * @throws TransientError when such a page stays empty, or the answer is not a list; PermanentError when a cursor is
 * missing or repeats, or page after page has only objects that came before.
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
  const pager = new Pager(pylon, listing, paging, read);
  for (;;) {
    const page = await pager.next();
    if (page === undefined) return;
    yield page;
  }
}

/** The same pages, each when it is asked for. A class, because most listings of one parent have one page. */
export class Pager<T> {
  readonly #pylon: Pylon;
  readonly #listing: Listing;
  readonly #paging: Paging;
  readonly #read: Read<T>;
  #cursor: string | undefined;
  /** The cursors that were followed, from the second page on. */
  #followed: Set<string> | undefined;
  #met: Met | undefined;
  /** Pages in a row with nothing new. */
  #repeated = 0;
  #isOver = false;

  constructor(pylon: Pylon, listing: Listing, paging: Paging, read: Read<T>) {
    this.#pylon = pylon;
    this.#listing = listing;
    this.#paging = paging;
    this.#read = read;
    this.#cursor = listing.cursor;
  }

  /** Requests the next page; undefined after the last. It must not be called again before it has ended. */
  async next(): Promise<Page<T> | undefined> {
    if (this.#isOver) return undefined;
    const { size, sleep = realSleep, random } = this.#paging;
    const listing = this.#listing;
    const endpoint = `${listing.method} ${listing.route}`;
    for (let empty = 0; ; ) {
      const limit = size?.limit ?? listing.limit;
      const maxBytes = size?.maxBytes;
      let answered: Asked<T>;
      try {
        const request = requestFor(listing, this.#cursor, limit, maxBytes);
        answered = await ask(this.#pylon, request, endpoint, listing.items, this.#read, (objects) => {
          this.#met ??= newMet();
          return this.#met(objects);
        });
      } catch (error) {
        if (maxBytes === undefined || !(error instanceof AnswerTooLargeError)) throw error;
        size?.shrink();
        continue;
      }
      const { count, more, isRepeated, cursor, page } = answered;
      if (!more) {
        this.#isOver = true;
        return page;
      }
      if (count > 0) {
        this.#repeated = isRepeated ? this.#repeated + 1 : 0;
        if (this.#repeated === MOST_REPEATED)
          throw new PermanentError(
            `${endpoint}: ${MOST_REPEATED} pages in a row have only objects that came before: the listing goes in circles`,
          );
        this.#follow(endpoint, cursor);
        size?.learn(count, page.bytes);
        return page;
      }
      empty += 1;
      if (empty === EMPTY_ATTEMPTS)
        throw new TransientError(
          `${endpoint}: says that there is more but sends nothing, ${empty} times in a row`,
        );
      await sleep(backoffMs(BACKOFF, empty, random), signalOf(listing));
    }
  }

  #follow(endpoint: string, next: string): void {
    if (next === '') throw new PermanentError(`${endpoint}: says that there is more but gives no cursor`);
    this.#followed ??= new Set(this.#cursor === undefined ? [] : [this.#cursor]);
    if (this.#followed.has(next))
      throw new PermanentError(`${endpoint}: the cursor ${next} came back: the listing goes in circles`);
    this.#followed.add(next);
    this.#cursor = next;
  }
}
