import { expect } from 'vitest';
import { AnswerTooLargeError } from '../../src/pylon/errors.ts';
import { pageSize } from '../../src/pylon/pages/page-size.ts';
import { type Paging, pages } from '../../src/pylon/pages/pages.ts';
import type { Listing, Page, Pylon } from '../../src/pylon/types.ts';
import { json, rejection, type Seen, test } from './serving.ts';

const LIST: Listing = { method: 'GET', route: '/accounts' };

async function collect(client: Pylon, listing: Listing, paging: Paging = {}): Promise<Page[]> {
  const all: Page[] = [];
  for await (const page of pages(client, listing, paging)) all.push(page);
  return all;
}

const cursorOf = ({ path }: Seen) => new URL(path, 'http://x').searchParams.get('cursor');

/** A server of so many objects of a weight each, by cursor and limit. */
function warehouse(objects: number, weight: (index: number) => number) {
  return (response: Parameters<typeof json>[0], { path }: Seen) => {
    const query = new URL(path, 'http://x').searchParams;
    const from = Number(query.get('cursor') ?? 0);
    const to = Math.min(objects, from + Number(query.get('limit')));
    const data = Array.from({ length: to - from }, (_, index) => ({
      n: from + index,
      text: 'x'.repeat(weight(from + index)),
    }));
    json(response, { data, pagination: { cursor: String(to), has_next_page: to < objects } });
  };
}

const numbersOf = (read: readonly Page[]) =>
  read.flatMap(({ objects }) => objects).map((o) => (o as { n: number }).n);
const countTo = (end: number) => Array.from({ length: end }, (_, index) => index);
const limitOf = ({ path }: Seen) => Number(new URL(path, 'http://x').searchParams.get('limit'));

test('a page too large is asked for again at the same cursor, with a smaller limit', async ({
  serve,
  connect,
}) => {
  const server = await serve(warehouse(100, (index) => (index < 30 ? 10 : 1000)));
  const size = pageSize({ max: 20, targetBytes: 5_000, capBytes: 10_000 });
  const read = await collect(connect(server.url), LIST, { size });
  expect(numbersOf(read)).toEqual(countTo(100));
  const asked = server.seen.map((request) => [cursorOf(request), limitOf(request)]);
  expect(asked.slice(0, 4)).toEqual([
    [null, 20],
    ['20', 20],
    ['20', 5],
    ['25', 20],
  ]);
  for (const { bytes } of read) expect(bytes).toBeLessThanOrEqual(10_000);
});

test('page sizes follow the weight of objects, down and up again', async ({ serve, connect }) => {
  const server = await serve(warehouse(3000, (index) => (index >= 500 && index < 1000 ? 900 : 50)));
  const size = pageSize({ max: 200, targetBytes: 20_000, capBytes: 400_000 });
  const read = await collect(connect(server.url), LIST, { size });
  expect(numbersOf(read)).toEqual(countTo(3000));
  const limitAt = (n: number) =>
    read.find(({ objects }) => (objects[0] as { n: number }).n >= n)?.objects.length;
  expect(limitAt(200)).toBe(200);
  expect(limitAt(800)).toBeLessThanOrEqual(22);
  expect(limitAt(2000)).toBe(200);
});

test('one object heavier than any page is read all the same', async ({ serve, connect }) => {
  const server = await serve(warehouse(4, (index) => (index === 2 ? 50_000 : 10)));
  const size = pageSize({ max: 8, targetBytes: 5_000, capBytes: 10_000 });
  expect(numbersOf(await collect(connect(server.url), LIST, { size }))).toEqual([0, 1, 2, 3]);
});

test('a single object that the client will not read at all is an error', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, { data: ['x'.repeat(1000)] }));
  const client = connect(server.url);
  const stingy: Pylon = { ...client, request: (request) => client.request({ maxBytes: 500, ...request }) };
  const size = pageSize({ max: 8, targetBytes: 50, capBytes: 100 });
  expect(await rejection(collect(stingy, LIST, { size }))).toBeInstanceOf(AnswerTooLargeError);
  expect(server.seen.map(limitOf)).toEqual([8, 2, 1]);
});

test('an answer too large is an error where the page size is not to be learned', async ({
  serve,
  connect,
}) => {
  const server = await serve((response) => json(response, { data: ['x'.repeat(1000)] }));
  const client = connect(server.url);
  const stingy: Pylon = { ...client, request: (request) => client.request({ maxBytes: 500, ...request }) };
  expect(await rejection(collect(stingy, { ...LIST, limit: 9 }))).toBeInstanceOf(AnswerTooLargeError);
  expect(server.seen).toHaveLength(1);
});

test('pages of few objects teach nothing of a large limit', () => {
  const size = pageSize({ max: 1000, targetBytes: 1000, capBytes: 10_000 });
  size.learn(3, 3_000_000);
  expect(size.limit).toBe(1000);
  size.learn(100, 10_000);
  expect(size.limit).toBe(10);
  size.learn(10, 10);
  expect(size.limit).toBe(40);
  size.learn(40, 40);
  expect(size.limit).toBe(160);
});

test('a page size never falls below one object, nor is one object too large', () => {
  const size = pageSize({ max: 5, targetBytes: 10, capBytes: 100 });
  expect(size.maxBytes).toBe(100);
  size.learn(5, 50_000);
  expect(size.limit).toBe(1);
  expect(size.maxBytes).toBeUndefined();
  size.shrink();
  expect(size.limit).toBe(1);
});
