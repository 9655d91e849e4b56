import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';

/** Paths that answer under any name: probes and metrics show no customer data, and the webhook checks a signature. */
const EXEMPT = new Set(['/healthz', '/readyz', '/metrics', '/webhooks/pylon']);

/** The name in a `Host` header, in lower case, without its port and the dot of a full name. */
function nameIn(host: string): string {
  const [, name = host] = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host) ?? [];
  return name.toLowerCase().replace(/\.$/, '');
}

/**
 * Whether pages may be shown under this name. An attacker can make a name that he owns lead to this
 * port, and a browser then lets that attacker's page read the answer (DNS rebinding); an address and `localhost` cannot.
 */
function isKnownHost(host: string | undefined, names: readonly string[]): boolean {
  if (host === undefined) return false;
  const name = nameIn(host);
  return isIP(name.replace(/^\[|\]$/g, '')) > 0 || name === 'localhost' || names.includes(name);
}

/** Answers requests for pages only under names that are known: 421 for any other. */
export const onlyKnownHosts =
  (names: readonly string[]): MiddlewareHandler =>
  async (c, next) => {
    const host = c.req.header('host');
    if (EXEMPT.has(c.req.path) || isKnownHost(host, names)) return next();
    const error = `this port is not known as ${JSON.stringify(host ?? '')}: PYLON_SYNC_HTTP_HOSTS names what its pages may be asked for as`;
    return c.json({ error }, 421);
  };
