import { inspect } from 'node:util';
import { expect } from 'vitest';
import { PermanentError, reasonOf, UsageError } from '../../src/errors.ts';
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
  ['no body', (response) => response.writeHead(404).end(), '404'],
  ['null', (response) => json(response, null, 400), '400'],
  ['a list', (response) => json(response, ['no'], 400), '400'],
  ['a single error', (response) => json(response, { error: 'no such thing' }, 404), '404 no such thing'],
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
