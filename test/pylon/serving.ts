import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test as base } from 'vitest';
import { createPylon, type PylonOptions } from '../../src/pylon/client.ts';
import type { Limits } from '../../src/pylon/limits/limits.ts';
import type { Pylon } from '../../src/pylon/types.ts';

export const TOKEN = 'pylon-token-0123456789';

/** A request as it arrived. */
export interface Seen {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Answers one request; `number` counts from 1. */
export type Respond = (response: ServerResponse, request: Seen, number: number) => unknown;

export interface TestServer {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** How many connections were ever made to it. */
  connections(): number;
  close(): Promise<void>;
}

export const json = (
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/**
 * Milliseconds to wait for an answer that does not come. The request has to have reached the server by then, and a busy
 * machine takes hundreds of them for that.
 */
export const ARRIVES_MS = 1_000;

/** What the client says then. */
export const NO_ANSWER = new RegExp(`no answer within ${ARRIVES_MS} ms`);

/** Sends no answer. */
export const hang = () => {};

/** Cuts the connection, whatever was sent by then. */
export const reset = (response: ServerResponse) => void response.socket?.resetAndDestroy();

async function serve(respond: Respond): Promise<TestServer> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer(async (request, response) => {
    const at = Date.now();
    const body = (await buffer(request)).toString();
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body, at };
    seen.push(one);
    await respond(response, one, seen.length);
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Limits that are the same for every endpoint. */
export const sameLimit = (limit: number, intervalMs = 60_000): Limits => ({ intervalMs, of: () => limit });

export interface Made {
  /** A server of the test's own. */
  serve(respond: Respond): Promise<TestServer>;
  /** A client of it, in a hurry: four attempts, milliseconds apart, pauses as short as they are asked for. */
  connect(url: string, options?: Partial<PylonOptions>): Pylon;
}

/** `test` with servers and clients that are closed afterwards. */
export const test = base.extend<Made>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs.
  serve: async ({}, use) => {
    const servers: TestServer[] = [];
    await use(async (respond) => {
      const server = await serve(respond);
      servers.push(server);
      return server;
    });
    for (const server of servers) await server.close();
  },
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs.
  connect: async ({}, use) => {
    const clients: Pylon[] = [];
    await use((url, options) => {
      let place = 0n;
      const client = createPylon({
        url,
        token: TOKEN,
        limits: sameLimit(10_000),
        share: 1,
        nextOrder: () => place++,
        timeoutMs: 10_000,
        retry: { attempts: 4, baseMs: 2, capMs: 10 },
        pauses: { shortestMs: 0 },
        ...options,
      });
      clients.push(client);
      return client;
    });
    for (const client of clients) await client.close();
  },
});

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('it did not reject');
}
