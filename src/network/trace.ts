import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import tls, { type DetailedPeerCertificate } from 'node:tls';
import { reasonOf } from '../errors.ts';
import { type Proxies, proxyOf, publicProxy } from './proxies.ts';

/** How far a connection to a host got: the steps that worked, in words, and the one that did not, with its reason. */
export interface Trace {
  readonly through: string | undefined;
  readonly steps: readonly string[];
  readonly failed: string | undefined;
}

const portOf = ({ port, protocol }: URL) => Number(port || (protocol === 'https:' ? 443 : 80));
/** Without the brackets of an IPv6 address. */
const hostOf = ({ hostname }: URL) => hostname.replace(/^\[|\]$/g, '');

/**
 * Connects to a URL's host step by step, by the proxy that `fetch` would use: name, connection, proxy, TLS. Sends no
 * request. Each step may take `timeoutMs`.
 */
export async function trace(url: URL, proxies: Proxies, timeoutMs: number): Promise<Trace> {
  const proxy = proxyOf(url, proxies);
  const steps: string[] = [];
  const through = proxy === undefined ? undefined : publicProxy(proxy);
  let socket: Socket | undefined;
  let step = '';
  try {
    const first = proxy ?? url;
    step = `${hostOf(first)} has an address`;
    if (isIP(hostOf(first)) === 0) {
      const found = await lookup(hostOf(first), { all: true });
      steps.push(`${hostOf(first)} is ${found.map(({ address }) => address).join(', ')}`);
    }
    step = `${first.host} is reached`;
    socket = proxy === undefined ? await opened(url, timeoutMs) : await tunnelled(url, proxy, timeoutMs);
    const { remoteAddress, remotePort } = socket;
    steps.push(
      proxy === undefined
        ? `reached at ${remoteAddress}:${remotePort}`
        : `${through} connects to ${url.host}`,
    );
    if (url.protocol === 'https:') {
      step = `${url.hostname} shows a certificate that can be trusted`;
      const { secured, issuer } = await encrypted(socket, hostOf(url), timeoutMs);
      socket = secured;
      steps.push(`${secured.getProtocol() ?? 'TLS'}, certificate issued by ${issuer}`);
    }
    return { through, steps, failed: undefined };
  } catch (error) {
    return { through, steps, failed: `${step}: no, ${reasonOf(error)}` };
  } finally {
    socket?.destroy();
  }
}

async function inTime<T extends Socket>(socket: T, event: string, timeoutMs: number): Promise<T> {
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  await once(socket, event);
  return socket;
}

const opened = (url: URL, timeoutMs: number): Promise<Socket> =>
  inTime(connect({ host: hostOf(url), port: portOf(url) }), 'connect', timeoutMs);

/** The connection that a proxy makes at CONNECT. */
async function tunnelled(url: URL, proxy: URL, timeoutMs: number): Promise<Socket> {
  const { username, password } = proxy;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const target = `${url.hostname}:${portOf(url)}`;
  const asked = (proxy.protocol === 'https:' ? secureRequest : request)({
    ...{ host: hostOf(proxy), port: portOf(proxy), method: 'CONNECT', path: target, timeout: timeoutMs },
    headers: {
      host: target,
      ...(username === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
    },
  });
  asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  asked.end();
  const [{ statusCode }, socket] = (await once(asked, 'connect')) as [{ statusCode: number }, Socket];
  if (statusCode === 200) return socket;
  socket.destroy();
  throw new Error(`the proxy answered ${statusCode} to CONNECT ${target}`);
}

/** The name of the authority at the end of a certificate's chain. */
function issuerOf(certificate: DetailedPeerCertificate): string {
  let top = certificate;
  while (top.issuerCertificate !== undefined && top.issuerCertificate.fingerprint !== top.fingerprint)
    top = top.issuerCertificate;
  const { O: organisation, CN: name } = top.issuer ?? {};
  return [organisation, name].filter((part) => part !== undefined).join(', ') || 'nobody named';
}

async function encrypted(socket: Socket, host: string, timeoutMs: number) {
  // Decided below, so that the message can name who issued a certificate that is not trusted.
  const secured = tls.connect({
    ...{ socket, rejectUnauthorized: false },
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  await inTime(secured, 'secureConnect', timeoutMs);
  const certificate = secured.getPeerCertificate(true);
  const issuer = issuerOf(certificate);
  const mismatch = tls.checkServerIdentity(host, certificate);
  const reason = secured.authorized ? mismatch?.message : secured.authorizationError;
  if (reason !== undefined && reason !== null)
    throw new Error(
      `its certificate is issued by ${issuer} (${reason instanceof Error ? reason.message : reason})`,
    );
  return { secured, issuer };
}
