import type { Dispatcher } from 'undici';
import { exchange, type Fetch } from './exchange.ts';
import { directHosts, NONE, type Proxies, proxyOf, publicProxy } from './proxies.ts';

/** A proxy refused to connect to a host, which therefore has received nothing. */
class ProxyRefusedError extends Error {
  override name = 'ProxyRefusedError';
  readonly code = 'PROXY_REFUSED';
}

/** What undici says of an answer to CONNECT. */
const REFUSED = /Proxy response \((\d+)\) !== 200/;

const MEANINGS: Readonly<Record<string, string>> = {
  '403': 'it does not permit this host',
  '407': 'it wants a user and a password, in the address of the proxy',
  '502': 'it does not reach the host',
  '503': 'it does not reach the host',
  '504': 'it does not reach the host',
};

/** The proxy's status in an error of undici, where that is what failed. */
function refusedStatus(error: unknown): string | undefined {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const [, status] = REFUSED.exec(inner.message) ?? [];
    if (status !== undefined) return status;
  }
  return undefined;
}

function inWords(error: unknown, proxy: URL): Error {
  const through = `through the proxy ${publicProxy(proxy)}`;
  const status = refusedStatus(error);
  if (status === undefined) return new Error(through, { cause: error });
  const meaning = MEANINGS[status];
  return new ProxyRefusedError(
    `${through}: it answered ${status} to CONNECT${meaning === undefined ? '' : `: ${meaning}`}`,
  );
}

/**
 * `fetch` by undici's dispatcher, which reuses connections, through the proxies of the environment. Node's own `fetch` uses
 * no proxies, and takes much of the processor time of a request for streams and headers that we do not need
 * (docs/decisions/0063).
 *
 * undici is loaded with the first request.
 *
 * @throws ProxyRefusedError where a proxy refuses to connect; the reason of an aborted signal; any other error of the
 * network, as the cause of one that names the proxy if there is one.
 */
export function newFetch(proxies: Proxies = NONE): Fetch {
  let opening: Promise<Dispatcher> | undefined;
  return async (url, options) => {
    opening ??= open(proxies);
    const dispatcher = await opening;
    try {
      return await exchange(dispatcher, url, options);
    } catch (error) {
      (options.stop ?? options.signal).throwIfAborted();
      const proxy = proxyOf(url, proxies);
      throw proxy === undefined ? error : inWords(error, proxy);
    }
  };
}

async function open(proxies: Proxies): Promise<Dispatcher> {
  const undici = await import('undici');
  if (proxies.https === undefined && proxies.http === undefined) return new undici.Agent();
  return new undici.EnvHttpProxyAgent({
    // An empty text keeps undici from reading the variable itself.
    httpProxy: proxies.http?.reveal() ?? '',
    httpsProxy: proxies.https?.reveal() ?? '',
    noProxy: directHosts(proxies),
  });
}
