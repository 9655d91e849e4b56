import { inspect } from 'node:util';
import { expect } from 'vitest';
import { PermanentError, reasonOf, UsageError } from '../../src/errors.ts';
import { requestIdOf } from '../../src/pylon/answer.ts';
import type { ClientEvent } from '../../src/pylon/client.ts';
import { ForeignAnswerError, PylonError } from '../../src/pylon/errors.ts';
import { json, type Respond, rejection, reset, TOKEN, test } from './serving.ts';

test('a refusal carries all that Pylon said, and is not tried again', async ({ serve, connect }) => {
  const server = await serve((response) =>
    json(
      response,
      { errors: ['name taken', 'no luck'], code: 'conflict', request_id: 'r1', exists_id: 'acc_1' },
      400,
    ),
  );
  const error = await rejection(
    connect(server.url).request({ method: 'POST', route: '/accounts', body: {} }),
  );
  expect(error).toBeInstanceOf(PylonError);
  expect(error).toBeInstanceOf(PermanentError);
  expect(error).toMatchObject({
    endpoint: 'POST /accounts',
    status: 400,
    code: 'conflict',
    errors: ['name taken', 'no luck'],
    requestId: 'r1',
    existsId: 'acc_1',
    message: 'POST /accounts: 400 conflict name taken; no luck (request r1)',
  });
  expect(server.seen).toHaveLength(1);
});

const OTHER_BODIES: readonly (readonly [name: string, respond: Respond, message: string])[] = [
  [
    'a page about its size',
    (response) => response.writeHead(413, { 'content-type': 'text/html' }).end('<html>Too large'),
    '413 the answer is not JSON (text/html)',
  ],
  [
    'no body and Pylon’s id of the request',
    (response) => response.writeHead(404, { 'x-pylon-request-id': 'r1' }).end(),
    '404 (request r1)',
  ],
  [
    'null and Pylon’s id of the request',
    (response) => json(response, null, 400, { 'x-pylon-request-id': 'r1' }),
    '400 (request r1)',
  ],
  [
    'its request’s id in the header alone',
    (response) => json(response, { errors: ['no'] }, 400, { 'x-pylon-request-id': 'r1' }),
    '400 no (request r1)',
  ],
  ['no messages', (response) => json(response, { errors: [], request_id: 'r1' }, 404), '404 (request r1)'],
  ['no body about the token', (response) => response.writeHead(401).end(), '401'],
  ['errors that are objects', (response) => json(response, { errors: [{ a: 1 }, 'b'] }, 422), '422 b'],
  [
    'half a body',
    (response) => {
      response.writeHead(401, { 'content-length': '99', 'content-type': 'application/json' });
      response.write('{"err', () => response.socket?.destroy());
    },
    '401 the answer is not JSON (application/json)',
  ],
];

test.for(OTHER_BODIES)(
  'a refusal with %s is one all the same',
  async ([, respond, message], { serve, connect }) => {
    const server = await serve(respond);
    const error = await rejection(connect(server.url).request({ method: 'GET', route: '/macros' }));
    expect(error).toBeInstanceOf(PylonError);
    expect(error.message).toBe(`GET /macros: ${message}`);
    expect(server.seen).toHaveLength(1);
  },
);

const NO_ROUTE = { message: 'no Route matched with those values', request_id: 'k1' };

const GATEWAYS: readonly (readonly [what: string, respond: Respond, message: string])[] = [
  ['404 without a body', (response) => response.writeHead(404).end(), '404'],
  ['421 without a body', (response) => response.writeHead(421).end(), '421'],
  [
    '404 with an id of its own',
    (response) => json(response, NO_ROUTE, 404),
    '404 no Route matched with those values (request k1)',
  ],
  ['404 of an RPC server', (response) => json(response, { code: 'not_found' }, 404), '404 not_found'],
  ['403 with null', (response) => json(response, null, 403), '403'],
  ['400 with a list', (response) => json(response, ['no'], 400), '400'],
  ['409 with objects', (response) => json(response, { errors: [{ message: 'no' }] }, 409), '409'],
];

test.for(GATEWAYS)(
  'a gateway’s %s is no refusal of Pylon’s: it is tried again',
  async ([, respond, message], { serve, connect }) => {
    const server = await serve((response, request, number) =>
      number === 1 ? respond(response, request, number) : json(response, { data: [] }),
    );
    const events: ClientEvent[] = [];
    const client = connect(server.url, { report: (event) => events.push(event) });
    expect((await client.request({ method: 'GET', route: '/macros' })).body).toEqual({ data: [] });
    expect(events).toMatchObject([
      { reason: `${message}, which is not in the form of Pylon's refusals`, attempt: 1 },
    ]);
  },
);

test('an answer’s id of the request is read from the header where the body has none', async ({
  serve,
  connect,
}) => {
  const server = await serve((response, { path }) =>
    json(response, path === '/me' ? { data: {} } : { data: [], request_id: 'body' }, 200, {
      'x-pylon-request-id': 'header',
    }),
  );
  const client = connect(server.url);
  expect(requestIdOf(await client.request({ method: 'GET', route: '/me' }))).toBe('header');
  expect(requestIdOf(await client.request({ method: 'GET', route: '/tags' }))).toBe('body');
});

test.for([301, 302, 303, 307, 308])(
  'a %i is not followed: the token stays with Pylon',
  async (status, { serve, connect }) => {
    const elsewhere = await serve((response) => json(response, {}));
    const location = `${elsewhere.url}/tags?of=${TOKEN}`;
    const server = await serve((response) => response.writeHead(status, { location }).end());
    const error = await rejection(connect(server.url).request({ method: 'GET', route: '/tags' }));
    expect(error).toBeInstanceOf(ForeignAnswerError);
    expect(server.seen).toHaveLength(1);
    expect(error.message).toBe(
      `GET /tags: ${status} redirected to ${elsewhere.url}/tags; redirects are not followed: check PYLON_API_URL`,
    );
    expect(elsewhere.seen).toEqual([]);
  },
);

test('the token is in no error and in no event, also where the server repeats it', async ({
  serve,
  connect,
}) => {
  const echo: readonly Respond[] = [
    (response, { headers }) =>
      json(response, { errors: [`bad ${headers.authorization}`], request_id: TOKEN }, 401),
    (response, { headers }) => json(response, { error: headers.authorization }, 500),
    (response) => response.writeHead(307, { location: `/${TOKEN}` }).end(),
    (response, { headers }) => response.end(`<html>${headers.authorization}`),
    (response) => json(response, {}, 429, { 'x-retry-after': '0' }),
    (response, { headers }) =>
      json(response, { errors: ['no'] }, 400, { 'x-pylon-request-id': `${headers.authorization}` }),
    reset,
  ];
  for (const respond of echo) {
    const server = await serve((response, request, number) =>
      number > 5 ? json(response, { errors: ['enough'] }, 400) : respond(response, request, number),
    );
    const events: ClientEvent[] = [];
    const client = connect(server.url, { report: (event) => events.push(event) });
    const error = await rejection(client.request({ method: 'GET', route: '/me' }));
    const shown = [
      error.message,
      error.stack,
      reasonOf(error),
      inspect(error, { depth: 20, showHidden: true }),
    ];
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(
      [...shown, inspect(events, { depth: 20 }), inspect(client, { depth: 20, showHidden: true })].join(),
    ).not.toContain(TOKEN);
  }
});

test('a token that no header can hold is refused without being shown', ({ connect }) => {
  for (const token of ['secret\nvalue', 'secret value', 'sécret', '']) {
    try {
      connect('http://127.0.0.1:9', { token });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      expect(inspect(error)).not.toMatch(/s.cret/);
    }
  }
});
