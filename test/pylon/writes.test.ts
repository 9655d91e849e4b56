import { createServer } from 'node:net';
import { expect } from 'vitest';
import { PermanentError, TransientError, UnknownOutcomeError } from '../../src/errors.ts';
import type { PylonRequest } from '../../src/pylon/types.ts';
import { ARRIVES_MS, hang, json, NO_ANSWER, type Respond, rejection, reset, test } from './serving.ts';

const WRITES: readonly PylonRequest[] = [
  { method: 'POST', route: '/issues', body: { title: 'a' } },
  { method: 'PATCH', route: '/issues/{id}', params: { id: 'a' }, body: { title: 'b' } },
  { method: 'DELETE', route: '/issues/{id}', params: { id: 'a' } },
];

const LOST: readonly (readonly [name: string, respond: Respond, reason: RegExp, timeoutMs?: number])[] = [
  ['answered 500', (response) => json(response, { errors: ['oops'] }, 500), /500 oops/],
  ['cut off once it was received', reset, /ECONNRESET|other side closed/],
  ['never answered', hang, NO_ANSWER, ARRIVES_MS],
  ['answered in part', (response) => response.write('{"data": {'), NO_ANSWER, ARRIVES_MS],
  ['answered with a page', (response) => response.end('<html>'), /200 with a body that is not JSON/],
];

const LOST_WRITES = LOST.flatMap(([name, respond, reason, timeoutMs = 10_000]) =>
  WRITES.map(
    (write) => [`a ${write.method} that is ${name}`, { respond, reason, write, timeoutMs }] as const,
  ),
);

test.concurrent.for(LOST_WRITES)(
  '%s is sent once, and its outcome is unknown',
  async ([, { respond, reason, write, timeoutMs }], { serve, connect }) => {
    const server = await serve(respond);
    const error = await rejection(connect(server.url, { timeoutMs }).request(write));
    expect(error).toBeInstanceOf(UnknownOutcomeError);
    expect(error.message).toContain(`${write.method} ${write.route}: the answer was lost`);
    expect(error.message).toMatch(reason);
    expect(error.cause).toBeInstanceOf(Error);
    expect(server.seen).toHaveLength(1);
  },
);

const NOT_PYLONS: readonly (readonly [name: string, respond: Respond, reason: RegExp])[] = [
  [
    'refused with a page',
    (response) => response.writeHead(403, { 'content-type': 'text/html' }).end('<html>'),
    /403 the answer is not JSON/,
  ],
  [
    'answered 200 with errors',
    (response) => json(response, { errors: ['backend away'], request_id: 'r1' }),
    /200 backend away \(request r1\)/,
  ],
  ['redirected', (response) => response.writeHead(302, { location: '/login' }).end(), /302 redirected/],
];

test.for(NOT_PYLONS)(
  'a write that is %s may have been processed',
  async ([, respond, reason], { serve, connect }) => {
    const server = await serve(respond);
    for (const write of WRITES) {
      const error = await rejection(connect(server.url).request(write));
      expect(error).toBeInstanceOf(UnknownOutcomeError);
      expect(error.message).toMatch(reason);
    }
    expect(server.seen).toHaveLength(WRITES.length);
  },
);

const DELETION: PylonRequest = { method: 'DELETE', route: '/issues/{id}', params: { id: 'a' } };
const NOTE: PylonRequest = { method: 'POST', route: '/issues/{id}/note', params: { id: 'a' }, body: {} };
const SNOOZE: PylonRequest = { ...NOTE, route: '/issues/{id}/snooze' };

test.for([
  '{}',
  '[]',
  '"ok"',
  'null',
  '{"message":"ok"}',
  '{"data":null}',
  '{"data":null,"errors":["internal error"],"request_id":"r"}',
  '{"data":{"success":false},"request_id":"r"}',
  '{"success":false,"request_id":"r"}',
])('a write that is answered 200 with %s may have been processed', async (text, { serve, connect }) => {
  const server = await serve((response) => response.end(text));
  for (const write of [...WRITES, NOTE])
    expect(await rejection(connect(server.url).request(write))).toBeInstanceOf(UnknownOutcomeError);
});

test('an empty answer to a write is one where a document of Pylon’s has it', async ({ serve, connect }) => {
  for (const status of [200, 202, 204]) {
    const bare = connect((await serve((response) => response.writeHead(status).end())).url);
    for (const write of [DELETION, SNOOZE])
      expect(await bare.request(write)).toMatchObject({ status, body: undefined });
    expect(await rejection(bare.request(NOTE))).toBeInstanceOf(UnknownOutcomeError);
  }
  const server = await serve((response) => response.writeHead(200, { 'x-pylon-request-id': 'r1' }).end());
  expect(await connect(server.url).request(NOTE)).toMatchObject({ body: undefined, requestId: 'r1' });
});

test('an answer to a write in the envelope of either document is taken', async ({ serve, connect }) => {
  const texts = ['{"request_id":"r"}', '{"data":{}}', '{"data":[]}', '{"success":true}', '{"id":"a"}'];
  for (const text of texts) {
    const server = await serve((response) => response.end(text));
    const { body } = await connect(server.url).request(DELETION);
    expect(JSON.stringify(body)).toBe(text);
  }
});

test('a write whose answer is too large to read was processed all the same', async ({ serve, connect }) => {
  const server = await serve((response) => json(response, { data: 'x'.repeat(100) }));
  const write = { method: 'POST', route: '/tags', body: {}, maxBytes: 50 } as const;
  const error = await rejection(connect(server.url).request(write));
  expect(error).toBeInstanceOf(UnknownOutcomeError);
  expect(error.message).toContain('the answer is larger than 50 bytes');
});

test('a write that is stopped as it leaves is not sent; reads and searches are no writes', async ({
  serve,
  connect,
}) => {
  const server = await serve((response) => json(response, { data: {} }));
  const stopped = new Error('not any more');
  const pylon = connect(server.url, {
    beforeWrite: () => {
      throw stopped;
    },
  });
  for (const write of WRITES) expect(await rejection(pylon.request(write))).toBe(stopped);
  expect(server.seen).toEqual([]);
  await pylon.request({ method: 'GET', route: '/me' });
  await pylon.request({ method: 'POST', route: '/issues/search', body: {} });
  expect(server.seen).toHaveLength(2);
});

test('a write that found no server was not sent', async ({ serve, connect }) => {
  const server = await serve(hang);
  await server.close();
  for (const write of WRITES) {
    const error = await rejection(connect(server.url).request(write));
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toMatch(/: not sent: .*ECONNREFUSED/);
  }
});

test('a write whose host has no address was not sent, whichever of its addresses was tried', async ({
  connect,
}) => {
  const failing =
    (error: Error): typeof fetch =>
    async () => {
      throw new TypeError('fetch failed', { cause: error });
    };
  const connecting = (code: string) =>
    Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' });
  const unsent = [
    Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
    connecting('EHOSTUNREACH'),
    Object.assign(new AggregateError([connecting('ETIMEDOUT'), connecting('ENETUNREACH')]), {
      code: 'ETIMEDOUT',
    }),
  ];
  for (const cause of unsent) {
    const client = connect('http://127.0.0.1:9', { fetch: failing(cause) });
    expect(await rejection(client.request(WRITES[0] as PylonRequest))).toBeInstanceOf(TransientError);
  }
  const read = Object.assign(new Error('read EHOSTUNREACH'), { code: 'EHOSTUNREACH', syscall: 'read' });
  const client = connect('http://127.0.0.1:9', { fetch: failing(read) });
  expect(await rejection(client.request(WRITES[0] as PylonRequest))).toBeInstanceOf(UnknownOutcomeError);
});

test('a write on a kept connection that turns out dead is not repeated behind our back', async ({
  connect,
}) => {
  // Answers the first request of a connection and cuts the second off, as a server does that lets go of it.
  const bodies: string[] = [];
  const server = createServer((socket) => {
    let requests = 0;
    socket
      .on('error', () => {})
      .on('data', (data) => {
        requests += 1;
        bodies.push(data.toString().split('\r\n\r\n')[1] ?? '');
        if (requests > 1) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const client = connect(`http://127.0.0.1:${port}`);
  await client.request({ method: 'GET', route: '/me' });
  // The connection is free again a moment after its answer was read.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const error = await rejection(client.request({ method: 'POST', route: '/tags', body: { value: 'x' } }));
  expect(error).toBeInstanceOf(UnknownOutcomeError);
  expect(bodies).toEqual(['', '{"value":"x"}']);
  server.close();
});

test('a request that cannot be put together takes no place and reaches nobody', async ({
  serve,
  connect,
}) => {
  const server = await serve((response) => json(response, {}));
  const client = connect(server.url);
  const broken = { method: 'PATCH', route: '/issues/{id}' } as const;
  for (const id of ['', '.', '..', '\ud800']) {
    const error = await rejection(client.request({ ...broken, params: { id } }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain(`/issues/{id}: ${JSON.stringify(id)} cannot stand in the path for {id}`);
  }
  expect((await rejection(client.request(broken))).message).toContain('nothing cannot stand in the path');
  expect((await rejection(client.request({ ...broken, params: { id: 'a' }, body: 1n }))).message).toContain(
    'BigInt',
  );
  expect(server.seen).toEqual([]);
  expect(client.uses()).toEqual([]);
});
