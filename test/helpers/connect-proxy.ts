import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { certificateOf } from './tls.ts';

/** The only name for which the proxy has a certificate: no name server knows it. */
export const INSIDE = 'database.example';

/** A company's HTTP proxy. It looks inside: what it is asked by TLS it answers with a certificate of its own authority. */
export interface ConnectProxy {
  readonly url: string;
  /** `host:port` of each CONNECT. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export interface ConnectProxyOptions {
  /** Port of this machine to which it connects whatever is asked for. */
  readonly to?: number;
  /** What it asks for, `user:password`; default: nothing. */
  readonly login?: string;
  /** What it answers instead of connecting. */
  readonly status?: number;
}

export async function openConnectProxy({ to, login, status }: ConnectProxyOptions): Promise<ConnectProxy> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  const server = createServer();
  const refusalOf = ({ headers }: IncomingMessage) => {
    if (expected !== undefined && headers['proxy-authorization'] !== expected) return 407;
    return status ?? (to === undefined ? 502 : undefined);
  };
  server.on('connection', (socket) => open.add(socket.on('error', () => {})));
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(String(request.url));
    const refusal = refusalOf(request);
    if (refusal !== undefined || to === undefined) {
      socket.end(`HTTP/1.1 ${refusal} Refused\r\n\r\n`);
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const outer = connect(to, '127.0.0.1');
    open.add(outer);
    const inner = String(request.url).endsWith(':443')
      ? new TLSSocket(socket, { isServer: true, ...certificateOf('other') })
      : socket;
    const end = () => {
      for (const one of [inner, outer]) one.destroy();
    };
    for (const one of [inner, outer]) one.on('error', end).on('close', end);
    inner.pipe(outer).pipe(inner);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${login === undefined ? '' : `${login}@`}127.0.0.1:${port}`,
    asked,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
