import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { newPing } from '../../src/cli/runtime/outgoing/ping.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { concealing } from '../../src/secret.ts';

/** A service that waits for requests, and a ping to it. */
async function service(answer: (n: number) => number | undefined) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['user-agent']}`);
    const status = answer(asked.length);
    if (status !== undefined) response.writeHead(status).end('a page');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = new AbortController();
  onTestFinished(() => {
    stop.abort();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/uuid-XYZ123?key=value`;
  const config = readConfig({ PYLON_SYNC_PING_URL: url }, { token: false });
  const lines: string[] = [];
  const conceal = concealing([config.pingUrl]);
  const ping = newPing({
    ...{ config, fetch, conceal },
    log: createLog({
      level: 'info',
      format: 'json',
      colour: false,
      write: (line) => lines.push(line),
      conceal,
    }),
    ...{ signal: stop.signal, version: '1.2.3' },
  });
  return { asked, lines, ping, stop };
}

test('a ping is one GET of the address, and a failure is logged without it', async () => {
  const { asked, lines, ping } = await service((n) => (n === 2 ? 500 : 200));
  for (let n = 1; n <= 3; n += 1) {
    await expect
      .poll(() => {
        if (asked.length < n) ping();
        return asked.length;
      })
      .toBe(n);
    if (n === 2) await expect.poll(() => lines).toHaveLength(1);
  }
  expect(asked).toEqual(Array(3).fill('GET /ping/uuid-XYZ123?key=value pylon-sync/1.2.3'));
  await expect.poll(() => lines).toHaveLength(2);
  expect(lines[0]).toContain('PYLON_SYNC_PING_URL: it answered 500');
  expect(lines[1]).toContain('works again');
  expect(lines.join('')).not.toContain('XYZ123');
});

test('a service that does not answer is asked once at a time, and holds up no end', async () => {
  const { asked, lines, ping, stop } = await service(() => undefined);
  ping();
  await expect.poll(() => asked).toHaveLength(1);
  for (let n = 0; n < 10; n += 1) ping();
  stop.abort(new Error('stopped'));
  ping();
  // What was asked after the end would have come by now.
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asked).toHaveLength(1);
  expect(lines).toEqual([]);
});

test('without an address nothing is requested', () => {
  const config = readConfig({}, { token: false });
  const refuse = (() => expect.unreachable()) as unknown as typeof fetch;
  newPing({
    ...{ config, fetch: refuse, conceal: (text: string) => text },
    log: createLog({
      level: 'info',
      format: 'json',
      colour: false,
      write: () => {},
      conceal: (text) => text,
    }),
    ...{ signal: new AbortController().signal, version: '1.2.3' },
  })();
});
