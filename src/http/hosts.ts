import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';

/**
 * Paths that answer under any host name: probes and metrics show no customer data, and the webhook checks a
 * signature.
 */
const EXEMPT = new Set(['/healthz', '/readyz', '/metrics', '/webhooks/pylon']);

/** The name in a `Host` header, in lower case, without its port and a final dot. */
function nameIn(host: string): string {
  const [, name = host] = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host) ?? [];
  return name.toLowerCase().replace(/\.$/, '');
}

/**
 * Whether the port may show its pages under this host name: an IP address, `localhost` or one of `names`. An attacker
 * can point a name of theirs at this port, and a browser then lets the attacker's page read the answer (DNS
 * rebinding).
 */
function isKnownHost(host: string | undefined, names: readonly string[]): boolean {
  if (host === undefined) return false;
  const name = nameIn(host);
  return isIP(name.replace(/^\[|\]$/g, '')) > 0 || name === 'localhost' || names.includes(name);
}

/** Middleware that answers requests for pages under known host names only; 421 for any other. */
export const onlyKnownHosts =
  (names: readonly string[]): MiddlewareHandler =>
  async (c, next) => {
    const host = c.req.header('host');
    if (EXEMPT.has(c.req.path) || isKnownHost(host, names)) return next();
    const error = `this port is not known as ${JSON.stringify(host ?? '')}: PYLON_SYNC_HTTP_HOSTS lists the host names of its pages`;
    return c.json({ error }, 421);
  };
