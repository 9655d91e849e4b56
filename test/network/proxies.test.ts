import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { reasonOf, TransientError } from '../../src/errors.ts';
import { newFetch } from '../../src/network/fetch.ts';
import { directHosts, type Proxies, proxyOf } from '../../src/network/proxies.ts';
import { trace } from '../../src/network/trace.ts';
import { createPylon } from '../../src/pylon/client.ts';
import { parseLimits } from '../../src/pylon/limits/limits.ts';
import { Secret } from '../../src/secret.ts';
import { type ConnectProxyOptions, INSIDE, openConnectProxy } from '../helpers/connect-proxy.ts';

const proxies = (https: string, none = ''): Proxies => ({ https: new Secret(https), http: undefined, none });

const ME = new URL(`https://${INSIDE}/me`);
const OPTIONS = {
  method: 'GET',
  headers: {},
  redirect: 'manual',
  signal: new AbortController().signal,
} as const;

async function openProxy(options: ConnectProxyOptions) {
  const proxy = await openConnectProxy(options);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** The way on which undici's agent asks for a URL: it fails on both, differently. */
async function wayOf(url: string, none: string): Promise<'directly' | 'by the proxy'> {
  const dispatcher = new EnvHttpProxyAgent({
    ...{ httpProxy: 'http://127.0.0.1:1', httpsProxy: 'http://127.0.0.1:1', noProxy: none },
    connect: (_, callback) => callback(new Error('directly'), null),
  });
  const error = await undiciFetch(url, { dispatcher }).catch((failure: unknown) => failure);
  await dispatcher.destroy();
  return reasonOf(error).includes('directly') ? 'directly' : 'by the proxy';
}

describe('a URL is reached through the proxy', () => {
  const host = fc.constantFrom('api.usepylon.com', 'usepylon.com', 'API.usepylon.com', '127.0.0.1', '[::1]');
  const entry = fc.constantFrom(
    ...['usepylon.com', '.usepylon.com', '*.usepylon.com', 'api.usepylon.com:443', 'api.usepylon.com:8443'],
    ...['API.UsePylon.com', '*', 'pylon.com', '', '.com:443', '127.0.0.1', '[::1]:443'],
  );
  const port = fc.constantFrom('', ':8443', ':443');

  test('where undici’s agent takes it', async () => {
    await fc.assert(
      fc.asyncProperty(host, port, fc.array(entry, { maxLength: 3 }), async (name, at, entries) => {
        const url = `https://${name}${at}/`;
        const given = { ...proxies('http://127.0.0.1:1'), none: entries.join(',') };
        const own = proxyOf(new URL(url), given) === undefined ? 'directly' : 'by the proxy';
        expect(own).toBe(await wayOf(url, directHosts(given)));
      }),
      { numRuns: 100 },
    );
  });

  test('by HTTP_PROXY where there is no HTTPS_PROXY, and never where it is this machine', () => {
    const http = { https: undefined, http: new Secret('http://proxy:3128'), none: '' };
    expect(proxyOf(new URL('https://api.usepylon.com'), http)?.host).toBe('proxy:3128');
    expect(proxyOf(new URL('http://127.0.0.1:4000'), http)).toBeUndefined();
    const https = { ...http, https: http.http, http: undefined };
    expect(proxyOf(new URL('http://pylon.example'), https)).toBeUndefined();
  });
});

describe('a request through a proxy', () => {
  test.for<[string, ConnectProxyOptions, RegExp]>([
    ['that wants a login says so', { login: 'user:secret' }, /answered 407 to CONNECT: it wants a user/],
    ['that does not permit it says so', { status: 403 }, /answered 403 to CONNECT: it does not permit/],
    ['that does not reach Pylon says so', {}, /answered 502 to CONNECT: it does not reach/],
  ])('%s', async ([, options, said]) => {
    const proxy = await openProxy(options);
    const bare = new URL(proxy.url);
    bare.username = '';
    bare.password = '';
    const sent = newFetch(proxies(bare.href))(ME, OPTIONS);
    await expect(sent).rejects.toThrow(said);
    await expect(sent).rejects.toMatchObject({ code: 'PROXY_REFUSED' });
    const { failed } = await trace(new URL(`https://${INSIDE}`), proxies(bare.href), 5_000);
    expect(failed).toMatch(/the proxy answered \d{3} to CONNECT database\.example:443/);
  });

  test('that refuses it has not reached Pylon, nor has one whose certificate is not trusted', async () => {
    const inside = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void inside.close());
    await once(inside, 'listening');
    const { port } = inside.address() as AddressInfo;
    for (const options of [{ status: 503 }, { to: port }]) {
      const { url } = await openProxy(options);
      const pylon = createPylon({
        ...{ url: `https://${INSIDE}`, token: 'token', limits: parseLimits('current', () => ''), share: 1 },
        ...{ nextOrder: () => 1n, retry: { attempts: 1, baseMs: 0, capMs: 0 } },
        fetch: newFetch(proxies(url)),
      });
      const sent = pylon.request({ method: 'POST', route: '/issues', body: { title: 'one' } });
      // Not an UnknownOutcomeError, after which Pylon would be searched for the issue.
      await expect(sent).rejects.toBeInstanceOf(TransientError);
      await pylon.close();
    }
  });

  test('that is not there names it, without its password', async () => {
    const sent = newFetch(proxies('http://user:secret@127.0.0.1:1'))(ME, OPTIONS);
    const error = await sent.catch((failure: unknown) => failure);
    expect(reasonOf(error)).toMatch(/^through the proxy http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
    expect(reasonOf(error)).not.toContain('secret');
  });
});

test('a certificate of an authority that nobody trusts is named with it', async () => {
  const inside = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void inside.close());
  await once(inside, 'listening');
  const proxy = await openProxy({ to: (inside.address() as AddressInfo).port });
  const { through, steps, failed } = await trace(new URL(`https://${INSIDE}`), proxies(proxy.url), 5_000);
  expect(through).toBe(proxy.url);
  expect(steps).toEqual([`${proxy.url} connects to ${INSIDE}`]);
  expect(failed).toMatch(/issued by pylon-sync test authority \((SELF_SIGNED|UNABLE_TO)/);
});
