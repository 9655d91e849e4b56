import { directHosts, type Proxies, proxyOf, publicProxy } from './proxies.ts';

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
 * `fetch` through the proxies of the environment. Node's own does not use them, and refuses an agent of another undici;
 * so fetch and agent are of one.
 *
 * Without a proxy it is Node's `fetch`, and undici is not loaded.
 *
 * @throws ProxyRefusedError where a proxy refuses to connect; the reason of an aborted signal; any other error of the
 * network as the cause of one that names the proxy.
 */
export function fetchThrough(proxies: Proxies): typeof fetch {
  if (proxies.https === undefined && proxies.http === undefined) return fetch;
  let opening: Promise<typeof fetch> | undefined;
  return async (input, init) => {
    opening ??= open(proxies);
    const through = await opening;
    try {
      return await through(input, init);
    } catch (error) {
      init?.signal?.throwIfAborted();
      const proxy = proxyOf(new URL(input instanceof Request ? input.url : input), proxies);
      throw proxy === undefined ? error : inWords(error, proxy);
    }
  };
}

async function open(proxies: Proxies): Promise<typeof fetch> {
  const undici = await import('undici');
  const dispatcher = new undici.EnvHttpProxyAgent({
    // An empty text keeps undici from reading the variable itself.
    httpProxy: proxies.http?.reveal() ?? '',
    httpsProxy: proxies.https?.reveal() ?? '',
    noProxy: directHosts(proxies),
  });
  const through = undici.fetch as unknown as (
    input: Parameters<typeof fetch>[0],
    init: object,
  ) => Promise<Response>;
  return (input, init) => through(input, { ...init, dispatcher });
}
