import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPylon } from '../../src/pylon/client.ts';
import { documentedLimits } from '../../src/pylon/limits/limits.ts';

/**
 * Run as a process of its own: uses up a budget, is held back by a 429, gives up waiting, and has nothing
 * more to do. Says `idle`; that it then ends by itself is for whoever started it to see.
 */
const server = createServer((request, response) => {
  response.writeHead(request.url === '/tags' ? 429 : 200, { 'x-retry-after': '600' }).end('{}');
});
await once(server.listen(0, '127.0.0.1'), 'listening');

const pylon = createPylon({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  token: 'token',
  limits: documentedLimits('current'),
  share: 0.1,
  nextOrder: () => 0n,
});
for (let index = 0; index < 3; index += 1) await pylon.request({ method: 'GET', route: '/issues' });

const stop = new AbortController();
const waiting = ['/issues', '/tags'].map((route) =>
  pylon.request({ method: 'GET', route, signal: stop.signal }).catch(() => {}),
);
while (pylon.uses()[1]?.pausedUntil === 0) await new Promise((resolve) => setTimeout(resolve, 5));
stop.abort();
await Promise.all(waiting);
// Connections stay open: the server must not be what ends the process, nor what keeps it.
server.unref();
process.stdout.write(`idle, ${pylon.uses().map(({ used }) => used)} used\n`);
