import { connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type TLSSocket, type TlsOptions, TLSSocket as Upgraded } from 'node:tls';

/** A port before a database server that speaks its protocol. */
export interface Wire {
  readonly port: number;
  /** The same database through this port. */
  readonly url: string;
  /** Statements that came while no transaction was begun, and begin none. */
  readonly strays: readonly string[];
  /** Whether each connection that came was encrypted, in their order. */
  readonly encrypted: readonly boolean[];
  close(): Promise<void>;
}

const SSL_REQUEST = 80_877_103;

/** The statements of a connection's messages, as they come in whatever pieces. */
function statementsOf(onStatement: (text: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let hasBegun = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      // The first message has no type.
      const head = hasBegun ? 1 : 0;
      if (rest.length < head + 4) return;
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) return;
      const body = rest.subarray(head + 4, length);
      const type = hasBegun ? String.fromCharCode(rest[0] ?? 0) : '';
      if (type === 'Q') onStatement(body.toString('utf8').replace(/\0.*$/s, ''));
      if (type === 'P') onStatement(body.toString('utf8').split('\0')[1] ?? '');
      hasBegun = true;
      rest = rest.subarray(length);
    }
  };
}

/** A port that forwards to the database of `url`, and speaks TLS to whoever asks for it where it is given a certificate. */
export async function openWire(url: string, certificate?: TlsOptions): Promise<Wire> {
  const target = new URL(url);
  const sockets = new Set<Socket | TLSSocket>();
  const strays: string[] = [];
  const encrypted: boolean[] = [];
  const forward = (inner: Duplex) => {
    const outer = connect(Number(target.port || 5432), target.hostname);
    sockets.add(outer);
    let isBegun = false;
    const read = statementsOf((text) => {
      const isEmpty = text.trim() === '';
      if (/^\s*BEGIN/i.test(text)) isBegun = true;
      else if (!isBegun && !isEmpty) strays.push(text);
      if (/(^|;)\s*(COMMIT|ROLLBACK)\s*$/i.test(text)) isBegun = false;
    });
    const end = () => {
      inner.destroy();
      outer.destroy();
    };
    for (const one of [inner, outer]) one.on('error', end).on('close', end);
    inner.on('data', read);
    inner.pipe(outer).pipe(inner);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (first) => {
      socket.pause();
      const asksForTls = first.length === 8 && first.readUInt32BE(4) === SSL_REQUEST;
      encrypted.push(asksForTls && certificate !== undefined);
      if (asksForTls && certificate !== undefined) {
        socket.write('S');
        forward(new Upgraded(socket, { ...certificate, isServer: true }));
      } else if (asksForTls) {
        socket.write('N');
        forward(socket);
      } else {
        socket.unshift(first);
        forward(socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  return {
    port,
    url: through.href,
    strays,
    encrypted,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
