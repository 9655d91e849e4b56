import { createServer, type Server } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { healthApp } from '../../src/http/health.ts';
import { type HttpServer, ListenError, listen } from '../../src/http/server.ts';

const opened: (HttpServer | Server)[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

/** Node's server behind a port of ours. */
function emitter({ url }: HttpServer): Server {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  const { port } = new URL(url);
  const found = handles.find(
    (handle): handle is Server =>
      handle instanceof NetServer && String((handle.address() as AddressInfo | null)?.port) === port,
  );
  if (found === undefined) throw new Error('no such server');
  return found;
}

async function open(port = 0): Promise<HttpServer> {
  const server = await listen(healthApp('1.2.3'), { host: '127.0.0.1', port });
  opened.push(server);
  return server;
}

describe('the HTTP port', () => {
  test('says that the process lives', async () => {
    const { url } = await open();
    const answer = await fetch(`${url}/healthz`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(await answer.json()).toEqual({
      status: 'ok',
      version: '1.2.3',
      uptime_seconds: expect.any(Number),
    });
  });

  test('has nothing else', async () => {
    const { url } = await open();
    expect((await fetch(`${url}/secrets`)).status).toBe(404);
    expect((await fetch(`${url}/healthz`, { method: 'POST' })).status).toBe(405);
  });

  test('says so when its address is taken', async () => {
    const other = createServer();
    opened.push(other);
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const failure = open(port);
    await expect(failure).rejects.toBeInstanceOf(ListenError);
    await expect(failure).rejects.toThrow(`cannot listen on 127.0.0.1:${port} (PYLON_SYNC_HTTP)`);
  });

  test('goes on after errors of its own, and tells each', async () => {
    const told: string[] = [];
    const address = { host: '127.0.0.1', port: 0 };
    const server = await listen(healthApp('1.2.3'), address, ({ message }) => told.push(message));
    opened.push(server);
    emitter(server).emit('error', new Error('accept EMFILE'));
    emitter(server).emit('error', new Error('accept ENFILE'));
    expect(told).toEqual(['accept EMFILE', 'accept ENFILE']);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test('closes although a client keeps its connection open', async () => {
    const server = await open();
    await (await fetch(`${server.url}/healthz`, { headers: { connection: 'keep-alive' } })).text();
    await server.close();
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    opened.length = 0;
  });
});
