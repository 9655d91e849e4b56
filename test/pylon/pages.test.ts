import { expect } from 'vitest';
import { PermanentError, TransientError } from '../../src/errors.ts';
import { newMet } from '../../src/pylon/pages/met.ts';
import { type Paging, pages } from '../../src/pylon/pages/pages.ts';
import type { Listing, Page, Pylon } from '../../src/pylon/types.ts';
import { sleep } from '../../src/sleep.ts';
import { json, rejection, type Seen, test } from './serving.ts';

const LIST: Listing = { method: 'GET', route: '/accounts' };
const quick: Paging = { sleep: async () => {} };

async function collect(client: Pylon, listing: Listing = LIST, paging = quick): Promise<Page[]> {
  const all: Page[] = [];
  for await (const page of pages(client, listing, paging)) all.push(page);
  return all;
}

const cursorOf = ({ path }: Seen) => new URL(path, 'http://x').searchParams.get('cursor');
const more = (cursor: unknown, data: unknown = [1]) => ({
  data,
  pagination: { cursor, has_next_page: true },
});

test.for([
  [
    'wrapped, with the end marked',
    { data: [1, 2], pagination: { cursor: '', has_next_page: false } },
    [1, 2],
  ],
  ['wrapped, with a cursor left over', { data: [1], pagination: { cursor: 'x', has_next_page: false } }, [1]],
  ['wrapped, without pagination', { data: [1], request_id: 'r' }, [1]],
  ['wrapped, with pagination null', { data: [1], pagination: null }, [1]],
  ['a bare list', [1, 2], [1, 2]],
  ['a bare empty list', [], []],
  ['data null', { data: null, request_id: 'r' }, []],
  ['data null with pagination', { data: null, pagination: { cursor: '', has_next_page: false } }, []],
  ['data missing', { request_id: 'r' }, []],
  ['an object of nothing', {}, []],
  ['data missing with pagination', { pagination: { has_next_page: false } }, []],
] as const)('one page that is %s', async ([, body, objects], { serve, connect }) => {
  const server = await serve((response) => json(response, body));
  const client = connect(server.url);
  expect(await collect(client)).toMatchObject([{ objects, next: null, bytes: JSON.stringify(body).length }]);
  expect(server.seen).toHaveLength(1);
});

test.for([
  ['text', 'hello', 'a string'],
  ['a number', 7, 'a number'],
  ['null', null, 'null'],
  ['an object of another kind', { error: 'x', hint: 'y' }, 'an object with error, hint'],
  [
    'errors with status 200, but no texts',
    { errors: [7], request_id: 'r' },
    'an object with errors, request_id',
  ],
  ['a single object in data', { data: { id: 'a', title: 'b' } }, 'an object with id, title'],
  ['text in data', { data: 'secret words' }, 'a string'],
] as const)('an answer that is %s is no list', async ([, body, described], { serve, connect }) => {
  const server = await serve((response) => json(response, body));
  const error = await rejection(collect(connect(server.url)));
  expect(error).toBeInstanceOf(TransientError);
  expect(error.message).toBe(`GET /accounts: a list was expected, the answer is ${described}`);
});

test('an answer of errors with status 200 is asked for again, and is no list', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, { errors: ['x'], request_id: 'r' }));
  const error = await rejection(collect(connect(server.url)));
  expect(error).toBeInstanceOf(TransientError);
  expect(error.message).toBe('GET /accounts: gave up after 4 attempts: 200 x (request r)');
});

test('an empty answer is one cut short: it is asked for again', async ({ serve, connect }) => {
  const server = await serve((response, _, number) =>
    number === 1 ? response.end() : json(response, { data: [1] }),
  );
  expect(await collect(connect(server.url))).toMatchObject([{ objects: [1], next: null }]);
  expect(server.seen).toHaveLength(2);
});

test('a cursor is followed where nothing says whether there is more', async ({ serve, connect }) => {
  const server = await serve((response, request) =>
    json(response, cursorOf(request) === 'b' ? { data: [2] } : { data: [1], pagination: { cursor: 'b' } }),
  );
  const found = await collect(connect(server.url));
  expect(found.flatMap(({ objects }) => objects)).toEqual([1, 2]);
});

test('a GET is followed through its query, from the cursor it begins at', async ({ serve, connect }) => {
  const bodies = [more('c2', [1]), more('c3', [2]), { data: [3] }];
  const server = await serve((response, _, number) => json(response, bodies[number - 1]));
  const listing = {
    ...LIST,
    route: '/kb/{id}/x',
    params: { id: 'k' },
    arguments: { a: 'b' },
    limit: 5,
    cursor: 'c1',
  };
  const read = await collect(connect(server.url), listing);
  expect(read.map(({ objects, next }) => [objects, next])).toEqual([
    [[1], 'c2'],
    [[2], 'c3'],
    [[3], null],
  ]);
  expect(server.seen.map(({ path }) => path)).toEqual([
    '/kb/k/x?a=b&limit=5&cursor=c1',
    '/kb/k/x?a=b&limit=5&cursor=c2',
    '/kb/k/x?a=b&limit=5&cursor=c3',
  ]);
});

test('a POST is followed through its body', async ({ serve, connect }) => {
  const server = await serve((response, _, number) =>
    json(response, number === 1 ? more('c2') : { data: [2] }),
  );
  const filter = { field: 'state', operator: 'equals', value: 'new' };
  await collect(connect(server.url), {
    method: 'POST',
    route: '/issues/search',
    arguments: { filter },
    limit: 9,
  });
  expect(server.seen.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
    ['/issues/search', { filter, limit: 9 }],
    ['/issues/search', { filter, limit: 9, cursor: 'c2' }],
  ]);
});

test('a listing without a limit of its own sends none', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, []));
  await collect(connect(server.url));
  expect(server.seen[0]?.path).toBe('/accounts');
});

test.for([
  ['null', null],
  ['an empty list', []],
  ['missing', undefined],
])(
  'where there is said to be more but data is %s, the same cursor is asked again',
  async ([, data], { serve, connect }) => {
    const empty = {
      pagination: { cursor: 'c9', has_next_page: true },
      ...(data === undefined ? {} : { data }),
    };
    const bodies = [more('c2', [1]), empty, empty, more('c3', [2]), empty, { data: [3] }];
    const server = await serve((response, _, number) => json(response, bodies[number - 1]));
    const slept: number[] = [];
    const paging = { random: () => 1, sleep: async (ms: number) => void slept.push(ms) };
    const read = await collect(connect(server.url), LIST, paging);
    expect(read.map(({ objects }) => objects)).toEqual([[1], [2], [3]]);
    expect(server.seen.map(cursorOf)).toEqual([null, 'c2', 'c2', 'c2', 'c3', 'c3']);
    expect(slept).toEqual([500, 1000, 500]);
  },
);

test('where there is said to be more but nothing comes six times in a row, it fails', async ({
  serve,
  connect,
}) => {
  const server = await serve((response, _, number) =>
    json(response, number === 1 ? more('c2') : more('c3', null)),
  );
  const read: Page[] = [];
  const reading = async () => {
    for await (const page of pages(connect(server.url), LIST, quick)) read.push(page);
  };
  const error = await rejection(reading());
  expect(error).toBeInstanceOf(TransientError);
  expect(error.message).toBe('GET /accounts: says that there is more but sends nothing, 6 times in a row');
  expect(read.map(({ objects }) => objects)).toEqual([[1]]);
  expect(server.seen.map(cursorOf)).toEqual([null, ...Array(6).fill('c2')]);
});

test('waiting to ask again ends with the signal', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, more('c2', null)));
  const stop = new AbortController();
  const paging: Paging = {
    sleep(_, signal) {
      setImmediate(() => stop.abort(new Error('enough')));
      return sleep(3_600_000, signal);
    },
  };
  const reading = collect(connect(server.url), { ...LIST, signal: stop.signal }, paging);
  expect((await rejection(reading)).message).toBe('enough');
  expect(server.seen).toHaveLength(1);
});

test.for([
  ['its own cursor', undefined, ['a', 'a']],
  ['the cursor it began at', 'a', ['a']],
  ['an earlier cursor', undefined, ['a', 'b', 'c', 'a']],
] as const)('a listing that comes back to %s fails', async ([, cursor, cursors], { serve, connect }) => {
  const server = await serve((response, _, number) => json(response, more(cursors[number - 1] ?? 'z')));
  const listing = { ...LIST, ...(cursor === undefined ? {} : { cursor }) };
  const error = await rejection(collect(connect(server.url), listing));
  expect(error).toBeInstanceOf(PermanentError);
  expect(error.message).toBe('GET /accounts: the cursor a came back: the listing goes in circles');
  expect(server.seen).toHaveLength(cursors.length);
});

test.for([
  ['the same objects', () => [{ id: 'a' }, { id: 'b' }]],
  ['the same objects without an id', () => [null, { slug: 'a' }]],
  ['objects of a round', (number: number) => [{ id: number % 3 }, { id: 'b' }]],
] as const)('a listing that brings %s with ever new cursors fails', async ([, data], { serve, connect }) => {
  const server = await serve((response, _, number) => json(response, more(`c${number}`, data(number))));
  const error = await rejection(collect(connect(server.url)));
  expect(error).toBeInstanceOf(PermanentError);
  expect(error.message).toBe(
    'GET /accounts: 10 pages in a row have only objects that came before: the listing goes in circles',
  );
  expect(server.seen.length).toBeLessThanOrEqual(13);
});

test('pages may overlap, and come again now and then', async ({ serve, connect }) => {
  const server = await serve((response, _, number) =>
    json(response, number < 40 ? more(`c${number}`, [{ id: number - (number % 8) }]) : { data: [] }),
  );
  expect(await collect(connect(server.url))).toHaveLength(40);
});

test('what a listing has had is remembered of its beginning and its end, and no more', () => {
  const met = newMet(2);
  const page = (...ids: readonly number[]) => met(ids.map((id) => ({ id })));
  expect([page(1, 2), page(3, 4), page(5), page(1, 2), page(4, 5), page(3)]).toEqual([
    ...[false, false, false],
    ...[true, true, false],
  ]);
});

test.for([[''], [null], [undefined], [7]])(
  'more without a cursor, given as %o, fails',
  async ([cursor], { serve, connect }) => {
    const server = await serve((response) => json(response, more(cursor)));
    const error = await rejection(collect(connect(server.url)));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe('GET /accounts: says that there is more but gives no cursor');
  },
);
