import { connect, createServer, type Socket } from 'node:net';

/** A port before a database server, which can be closed, opened and frozen. */
export interface Proxy {
  readonly port: number;
  /** The same database through this port. */
  readonly url: string;
  open(): Promise<void>;
  /** From here on nothing passes, in either direction, but connections stay. */
  freeze(): void;
  close(): Promise<void>;
}

/** A port that forwards to the database of `url`, open from the beginning. */
export async function openProxy(url: string): Promise<Proxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = connect(Number(target.port || 5432), target.hostname);
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as { port: number };
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  return {
    port,
    url: through.href,
    open: () => listen(port),
    freeze() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
