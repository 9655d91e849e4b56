import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { healthApp } from '../../src/http/health.ts';
import { listen } from '../../src/http/server.ts';
import { parseListenAddress } from '../../src/listening.ts';

const ROOT = join(import.meta.dirname, '../..');
const [, script = ''] =
  /^HEALTHCHECK.*\n\s+CMD \["node", "dist\/(\w+)\.js"\]$/m.exec(
    readFileSync(join(ROOT, 'Dockerfile'), 'utf8'),
  ) ?? [];

/** The exit status of the image's health check. */
const check = (env: Record<string, string>) =>
  new Promise<number>((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, `dist/${script}.js`)],
      { env: { PATH: process.env.PATH, ...env } },
      (error) => resolve(error === null ? 0 : Number(error.code)),
    );
  });

/** A daemon's port that listens where it is told to, on a port of its own. */
async function serve(host: string): Promise<string> {
  const address = parseListenAddress(`${host}:0`);
  if (address === undefined || address === 'off') throw new Error(`no address: ${host}`);
  const server = await listen(healthApp('1.2.3'), address);
  onTestFinished(() => server.close());
  return `${host}:${new URL(server.url).port}`;
}

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);
const hasMoreLoopback = process.platform === 'linux';

describe('the health check', () => {
  test.for([
    '127.0.0.1',
    '0.0.0.0',
    '',
    'localhost',
    ...(hasMoreLoopback ? ['127.0.0.2'] : []),
    ...(hasIpv6 ? ['[::1]', '[::]'] : []),
  ])('finds what listens at "%s"', async (host) => {
    expect(await check({ PYLON_SYNC_HTTP: await serve(host) })).toBe(0);
  });

  test('takes a port that is off for healthy, and an address that is none not', async () => {
    expect(
      await Promise.all([check({ PYLON_SYNC_HTTP: 'off' }), check({ PYLON_SYNC_HTTP: 'nowhere' })]),
    ).toEqual([0, 1]);
  });

  test('fails where nothing answers, or not well', async () => {
    const server = createServer((_, response) => response.writeHead(503).end());
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const unused = await serve('127.0.0.3').catch(() => '127.0.0.1:1');
    expect(
      await Promise.all([
        check({ PYLON_SYNC_HTTP: `127.0.0.1:${port}` }),
        check({ PYLON_SYNC_HTTP: unused.replace('127.0.0.3', '127.0.0.1') }),
      ]),
    ).toEqual([1, 1]);
  });

  test('asks where the daemon listens when nothing is said', () => {
    const [, address = ''] = /\|\| '(.*)'\)/.exec(readFileSync(join(ROOT, `src/${script}.ts`), 'utf8')) ?? [];
    expect(readConfig({}, { token: false }).http).toEqual(parseListenAddress(address));
    expect(readConfig({ PYLON_SYNC_HTTP: '' }, { token: false }).http).toEqual(parseListenAddress(address));
  });
});
