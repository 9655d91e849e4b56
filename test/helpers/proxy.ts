import { connect, createServer, type Socket } from 'node:net';

/** A port before a database server, which can be closed, opened and frozen. */
export interface Proxy {
  readonly port: number;
  /** The same database through this port. */
  readonly url: string;
  open(): Promise<void>;
  /** From here on nothing passes, in either direction, but connections stay and new ones can be made. */
  freeze(): void;
  /** What was held back passes, and what comes. */
  thaw(): void;
  close(): Promise<void>;
}

/** A port that forwards to the database of `url`, open from the beginning. */
export async function openProxy(url: string): Promise<Proxy> {
  const target = new URL(url);
  const pairs = new Set<readonly [Socket, Socket]>();
  let frozen = false;
  const join = ([inner, outer]: readonly [Socket, Socket]) => {
    inner.pipe(outer);
    outer.pipe(inner);
  };
  const server = createServer((inner) => {
    const outer = connect(Number(target.port || 5432), target.hostname);
    const pair = [inner, outer] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    if (!frozen) join(pair);
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
      frozen = true;
      for (const socket of [...pairs].flat()) socket.unpipe().pause();
    },
    thaw() {
      frozen = false;
      for (const pair of pairs) join(pair);
    },
    async close() {
      for (const socket of [...pairs].flat()) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
