import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** What a receiver of alerts was sent. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface AlertReceiver {
  /** Its address, with a path that nobody may see. */
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** The texts that it has taken, in order. */
  readonly texts: () => readonly string[];
}

/** A real receiver of alerts, for as long as the test runs. `answer` is called with the number of the request. */
export async function openReceiver(
  answer: (response: ServerResponse, n: number) => unknown = (response) => response.end('ok'),
): Promise<AlertReceiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { method = '', url: path = '', headers } = request;
    received.push({ method, path, headers, body });
    answer(response, received.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}/hooks/SECRET-PATH-1?key=SECRET-KEY-1`, port, received },
    texts: () => received.map(({ body }) => (JSON.parse(body) as { text: string }).text),
  };
}
