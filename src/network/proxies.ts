import type { Secret } from '../secret.ts';

/** The proxies of the environment. Each address may contain a user and a password. */
export interface Proxies {
  /** `HTTPS_PROXY`: for https addresses. */
  readonly https: Secret | undefined;
  /** `HTTP_PROXY`: for http addresses, and for https addresses where `https` is undefined. */
  readonly http: Secret | undefined;
  /** `NO_PROXY`: hosts that are reached directly, as undici's EnvHttpProxyAgent takes them. */
  readonly none: string;
}

export const NONE: Proxies = { https: undefined, http: undefined, none: '' };

/** No proxy leads back to the machine it was asked from: the sandbox listens there. */
const LOOPBACK = 'localhost,127.0.0.1,[::1]';

/** `NO_PROXY` with the addresses of this machine. */
export const directHosts = ({ none }: Proxies): string => (none === '*' ? none : `${none},${LOOPBACK}`);

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * Whether `NO_PROXY` names the host of a URL: `host`, `.host` or `*.host`, each for the host and everything below it,
 * with or without `:port`; or `*` alone.
 */
function isDirect(url: URL, hosts: string): boolean {
  if (hosts === '*') return true;
  const host = url.host.replace(/:\d*$/, '');
  const port = url.port || DEFAULT_PORTS[url.protocol];
  return hosts.split(/[,\s]/).some((entry) => {
    const [, name = entry, ownPort = port] = /^(.+):(\d+)$/.exec(entry) ?? [];
    const own = name.replace(/^\*?\./, '').toLowerCase();
    return entry !== '' && ownPort === port && (host === own || host.endsWith(`.${own}`));
  });
}

/** The address of the proxy through which a URL is reached; undefined: none. */
export function proxyOf(url: URL, proxies: Proxies): URL | undefined {
  const proxy = url.protocol === 'https:' ? (proxies.https ?? proxies.http) : proxies.http;
  if (proxy === undefined || isDirect(url, directHosts(proxies))) return undefined;
  return new URL(proxy.reveal());
}

/** A proxy's address without user and password, for messages. */
export const publicProxy = ({ protocol, host }: URL): string => `${protocol}//${host}`;
