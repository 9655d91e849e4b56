import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect } from 'vitest';
import { withoutDatabase as test } from './serving.ts';

/** Asks as a browser does that was led here under some name. */
async function ask(url: string, path: string, host: string): Promise<{ status: number; body: string }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  const answer = await text(socket);
  return { status: Number(answer.slice(9, 12)), body: answer };
}

const HOSTS = ['bound.internal', 'pylon-sync.example.com'];

describe('the pages', () => {
  test('answer addresses, localhost and the names that are known, whatever port and case', async ({
    port,
  }) => {
    const { url } = await port.open({ hosts: HOSTS });
    for (const host of [
      ...['127.0.0.1', '127.0.0.1:8080', '10.1.2.3', '[::1]', '[::1]:8080', 'localhost', 'LOCALHOST:8080'],
      ...['localhost.', 'bound.internal', 'Pylon-Sync.example.com:443'],
    ])
      expect([host, (await ask(url, '/nothing', host)).status]).toEqual([host, 404]);
  });

  test('answer no other name, and say which variable names them: 421', async ({ port }) => {
    const { url } = await port.open({ hosts: HOSTS });
    for (const path of ['/', '/reports', '/nothing'])
      for (const host of [
        ...['evil.example', 'evil.example:8080', '127.0.0.1.evil.example', 'localhost.evil.example'],
        ...['example.com', 'evil-pylon-sync.example.com', '999.1.1.1'],
      ]) {
        const { status, body } = await ask(url, path, host);
        expect([path, host, status]).toEqual([path, host, 421]);
        expect(body).toContain('PYLON_SYNC_HTTP_HOSTS');
      }
  });

  test('are the only ones: health, readiness, metrics and webhooks answer every name', async ({ port }) => {
    const { url } = await port.open();
    for (const [path, status] of [
      ['/healthz', 200],
      ['/readyz', 503],
      ['/metrics', 200],
      ['/webhooks/pylon', 404],
    ] as const)
      expect([path, (await ask(url, path, 'evil.example')).status]).toEqual([path, status]);
  });
});
