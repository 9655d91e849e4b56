import { afterEach, expect, vi } from 'vitest';
import type { Pylon } from '../../src/pylon/types.ts';
import { eachBatch, type PageBatch } from '../../src/sync/pass/batches.ts';
import type { Pass } from '../../src/sync/pass/pass.ts';
import { hang, json, type Respond, test } from './serving.ts';

afterEach(() => vi.unstubAllGlobals());

/** Counts the signals that are made from now on. */
function countingSignals(): () => number {
  let made = 0;
  vi.stubGlobal(
    'AbortController',
    class extends AbortController {
      constructor() {
        super();
        made += 1;
      }
    },
  );
  return () => made;
}

const LISTING = { method: 'GET', route: '/issues/{id}/messages', params: { id: 'i' } } as const;

/** Reads the pages of a listing as a pass does. */
const read = (
  pylon: Pylon,
  signal: AbortSignal,
  work: (page: PageBatch['page']) => Promise<void> | void = () => {},
) =>
  eachBatch(
    { pylon, signal, progress: { pages: 0 }, batch: (objects: unknown) => objects } as unknown as Pass,
    LISTING,
    {},
    async ({ page }) => work(page),
  );

/** Three pages of one object each; `last` answers the request for the third. */
const three =
  (last?: Respond): Respond =>
  (response, request, number) => {
    if (number === 3 && last !== undefined) return last(response, request, number);
    return json(response, {
      data: [{ id: `${number}` }],
      pagination: { cursor: `${number}`, has_next_page: number < 3 },
    });
  };

test('a request makes no signal', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, { data: [] }));
  const client = connect(server.url);
  const { signal } = new AbortController();
  // Loads what sends requests, which may make signals of its own.
  await client.request({ method: 'GET', route: '/tags', signal });
  const signals = countingSignals();
  for (let n = 0; n < 20; n += 1) await client.request({ method: 'GET', route: '/tags', signal });
  expect(signals()).toBe(0);
});

test('nor does a listing of one page, and one of several makes one', async ({ serve, connect }) => {
  const short = connect((await serve((response) => json(response, { data: [{ id: 'a' }] }))).url);
  const long = connect((await serve(three())).url);
  const { signal } = new AbortController();
  const whole = ({ next }: PageBatch['page']) => expect(next).toBe(null);
  await read(short, signal, whole);
  const signals = countingSignals();
  for (let n = 0; n < 20; n += 1) await read(short, signal, whole);
  expect(signals()).toBe(0);
  let pages = 0;
  await read(long, signal, () => {
    pages += 1;
  });
  expect(pages).toBe(3);
  expect(signals()).toBe(1);
});

test('leaving a listing early ends the request for its next page', async ({ serve, connect }) => {
  const closed = vi.fn();
  const server = await serve(three((response) => response.once('close', closed)));
  let pages = 0;
  const reading = read(connect(server.url), new AbortController().signal, async () => {
    pages += 1;
    if (pages < 2) return;
    await expect.poll(() => server.seen.length).toBe(3);
    throw new Error('could not store');
  });
  await expect(reading).rejects.toThrow('could not store');
  await expect.poll(() => closed.mock.calls.length).toBe(1);
});

test.for([1, 2])('a pass that ends also ends the request for page %i', async (page, { serve, connect }) => {
  const server = await serve((response, request, number) =>
    number === page ? hang() : three()(response, request, number),
  );
  const stop = new AbortController();
  const reading = read(connect(server.url), stop.signal);
  reading.catch(() => {});
  await expect.poll(() => server.seen.length).toBe(page);
  stop.abort(new Error('stopped'));
  await expect(reading).rejects.toThrow('stopped');
});
