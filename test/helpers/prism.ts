import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as clientRequest, createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What a validator says of a request or an answer that its document does not allow. */
export interface Violation {
  readonly request: string;
  readonly location: readonly string[];
  readonly code: string;
  readonly message: string;
  /** The value at the location of an answer's body, or of a request's. */
  readonly value: unknown;
}

/** A gateway that sends requests through Prism to an upstream, and notes what Prism objects to. */
export interface Gateway {
  readonly url: string;
  readonly violations: readonly Violation[];
  /** Requests that Prism has seen, as `METHOD /path`. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

interface Options {
  /** The file of Prism's command. */
  readonly prism: string;
  readonly document: string;
  readonly upstream: string;
  /** Whether a request goes past Prism, since the document is older than it. */
  readonly isYounger: (path: string) => boolean;
}

const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
};

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function startPrism({ prism, document, upstream }: Options): Promise<readonly [ChildProcess, string]> {
  const port = await freePort();
  const words = ['proxy', document, upstream, '--port', `${port}`, '--verboseLevel', 'info'];
  const child = spawn(process.execPath, [prism, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const listening = new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('is listening')) resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', () => reject(new Error(`Prism ended: ${printed}`)));
  });
  await listening;
  return [child, `http://127.0.0.1:${port}`];
}

/** Starts Prism in front of an upstream, and a gateway in front of Prism. */
export async function openGateway(options: Options): Promise<Gateway> {
  const [child, prism] = await startPrism(options);
  const violations: Violation[] = [];
  const seen: string[] = [];
  const pass = async (request: IncomingMessage) => {
    const body = await buffer(request);
    const path = request.url ?? '/';
    const isPast = options.isYounger(path);
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const sent = clientRequest((isPast ? options.upstream : prism) + path, {
      method: request.method ?? 'GET',
      headers: { ...headers, ...(body.length > 0 ? { 'content-length': body.length } : {}) },
      // Prism says in a header what it objects to: of a long list, much.
      maxHeaderSize: 64 * 1024 * 1024,
    });
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const answered = await buffer(answer);
    const name = `${request.method} ${path}`;
    if (!isPast) seen.push(name);
    for (const found of JSON.parse(String(answer.headers['sl-violations'] ?? '[]'))) {
      const [side, part, ...inside]: string[] = found.location;
      const whole = parsed(side === 'request' ? body : answered);
      const value = part === 'body' ? at(whole, inside) : undefined;
      violations.push({ request: name, ...found, value });
    }
    return { answer, answered };
  };
  const server = createServer((request, response) => {
    pass(request)
      .then(({ answer, answered }) => {
        const { 'content-type': type = 'application/json', date = '' } = answer.headers;
        response.writeHead(answer.statusCode ?? 502, { 'content-type': type, date });
        response.end(answered);
      })
      .catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    violations,
    seen,
    async close() {
      server.closeAllConnections();
      server.close();
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
