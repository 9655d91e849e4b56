import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, connect as open } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Agent } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { reasonOf } from '../../src/errors.ts';
import { exchange, type Fetch, type FetchOptions, type Reply } from '../../src/network/exchange.ts';
import { newFetch } from '../../src/network/fetch.ts';
import { readBody } from '../../src/pylon/wire/body.ts';

async function serve(listener: RequestListener) {
  let connections = 0;
  const server = createServer(listener).on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/a?b=c%20d`), connections: () => connections };
}

const get = (signal = new AbortController().signal): FetchOptions => ({
  ...{ method: 'GET', headers: { 'user-agent': 'test' }, redirect: 'manual', signal },
});

const textOf = async ({ body }: Reply) => {
  const parts: Uint8Array[] = [];
  for await (const part of body ?? []) parts.push(part);
  return Buffer.concat(parts).toString();
};

const LONG = 'é'.repeat(300_000);

const ANSWERS: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  'a text': (response) => response.end('text'),
  nothing: (response) => response.end(),
  'a 204': (response) => response.writeHead(204).end(),
  'a redirect': (response) => response.writeHead(302, { location: '/elsewhere' }).end('moved'),
  'an error': (response) => response.writeHead(500).end('oops'),
  'a long text in pieces': (response) => {
    response.write(LONG);
    setTimeout(() => response.end(LONG), 5);
  },
  'a packed text': (response) => response.writeHead(200, { 'content-encoding': 'GZIP' }).end(gzipSync(LONG)),
  'a packed text that is cut short': (response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(LONG).subarray(0, 200)),
  'a packed nothing': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(),
  'headers of one name': (response) =>
    response
      .writeHead(200, [
        ['x-retry-after', '1'],
        ['x-retry-after', '2'],
      ] as never)
      .end(),
  'hints before it': (response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.end('after');
  },
};

describe('an answer is what Node’s fetch makes of it', () => {
  test.for(Object.entries(ANSWERS))('%s', async ([, answer]) => {
    const { url } = await serve((_, response) => answer(response));
    const seen = async (by: Fetch) => {
      const reply = await by(url, get());
      const headers = ['x-retry-after', 'location', 'content-type', 'none'].map((name) =>
        reply.headers.get(name),
      );
      return { status: reply.status, headers, text: await textOf(reply) };
    };
    expect(await seen(newFetch())).toEqual(await seen(fetch));
    const read = async (by: Fetch) => (await readBody(await by(url, get()), 'GET /', 2 ** 30)).toString();
    expect(await read(newFetch())).toBe(await read(fetch));
  });

  test.for<[string, Partial<FetchOptions>]>([
    ['a text', { method: 'PATCH', body: 'é' }],
    ['bytes', { method: 'POST', body: new Uint8Array([1, 2, 255]) }],
    ['no body', { method: 'DELETE' }],
    ['no body where one is usual', { method: 'POST' }],
  ])('and so is what is sent: %s', async ([, options]) => {
    const seen: unknown[] = [];
    const { url } = await serve(async (request, response) => {
      const { method, url: path, headers } = request;
      const named = [headers['user-agent'], headers['content-length'], headers['transfer-encoding']];
      seen.push({ method, path, named, body: await buffer(request) });
      response.end();
    });
    for (const by of [newFetch(), fetch as Fetch]) await textOf(await by(url, { ...get(), ...options }));
    expect(seen[0]).toEqual(seen[1]);
  });
});

test('a request that is aborted while its connection is made rejects at once, and is never sent', async () => {
  let requests = 0;
  const { url } = await serve((_, response) => {
    requests += 1;
    response.end();
  });
  let connect = () => {};
  const mayConnect = new Promise<void>((resolve) => {
    connect = resolve;
  });
  const dispatcher = new Agent({
    connections: 1,
    connect: ({ hostname, port }, callback) =>
      void mayConnect.then(() => {
        const socket = open({ host: hostname, port: Number(port) }, () => callback(null, socket));
      }),
  });
  onTestFinished(() => dispatcher.destroy());
  const stop = new AbortController();
  const sent = exchange(dispatcher, url, get(stop.signal));
  const next = exchange(dispatcher, url, get());
  stop.abort(new Error('stopped'));
  await expect(sent).rejects.toThrow('stopped');
  connect();
  expect((await next).status).toBe(200);
  expect(requests).toBe(1);
});

test('an answer is at hand once it has arrived whole, and not before', async () => {
  let end = () => {};
  const { url } = await serve((_, response) => {
    response.write('the beginning ');
    end = () => response.end('and the end');
  });
  const { body } = await newFetch()(url, get());
  expect(body?.arrived?.()).toBeUndefined();
  end();
  await expect
    .poll(() => {
      const pieces = body?.arrived?.();
      return pieces && Buffer.concat(pieces).toString();
    })
    .toBe('the beginning and the end');
});

test('an answer that breaks off says so, with the reason', async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '500' });
    response.write('{"data"', () => response.socket?.destroy());
  });
  const error = await textOf(await newFetch()(url, get())).catch((failure: unknown) => failure);
  expect(reasonOf(error)).toMatch(/^the answer broke off: other side closed/);
});

test('an answer that is no gzip although it says so fails', async () => {
  const { url } = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
  );
  await expect(textOf(await newFetch()(url, get()))).rejects.toThrow('incorrect header check');
});

test('an answer packed in another way than was asked for is refused, and its connection let go', async () => {
  const { url } = await serve((request, response) => {
    expect(request.headers['accept-encoding']).toBe('gzip');
    response.writeHead(200, { 'content-encoding': 'br' }).write(brotliCompressSync(LONG));
  });
  await expect(textOf(await newFetch()(url, get()))).rejects.toThrow('packed as br');
});

describe('whoever leaves an answer', () => {
  test('that has not ended closes its connection', async () => {
    const closed: Promise<unknown>[] = [];
    const { url } = await serve((_, response) => {
      closed.push(new Promise((resolve) => response.once('close', resolve)));
      response.write('the beginning');
    });
    const own = newFetch();
    await (await own(url, get())).body?.cancel();
    for await (const part of (await own(url, get())).body ?? []) {
      expect(String(Buffer.from(part))).toBe('the beginning');
      break;
    }
    await Promise.all(closed);
    expect(closed).toHaveLength(2);
  });

  test('that has ended leaves its connection to the next', async () => {
    const { url, connections } = await serve((_, response) => response.writeHead(429).end('wait'));
    const own = newFetch();
    for (let n = 0; n < 5; n += 1) await (await own(url, get())).body?.cancel();
    // One is free again a moment after its answer.
    expect(connections()).toBeLessThanOrEqual(2);
  });
});

test('what nobody reads yet is not taken from the server without end', async () => {
  let written = 0;
  const piece = Buffer.alloc(64 * 1024);
  const most = 64 * 1024 * 1024;
  const { url } = await serve((_, response) => {
    const more = () => {
      while (written < most) {
        written += piece.length;
        if (!response.write(piece)) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  });
  const reply = await newFetch()(url, get());
  // Until nothing more comes: the buffers between the two are full.
  for (let before = -1; before < written; ) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(written).toBeLessThan(most / 2);
  let read = 0;
  for await (const part of reply.body ?? []) read += part.length;
  expect(read).toBe(most);
});
