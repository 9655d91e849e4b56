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

/** The value without members that are null, at any depth. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)]));
}

/** Serves on any free port; an error cuts the connection. */
async function serve(answer: (request: IncomingMessage) => Promise<readonly [IncomingMessage, Buffer]>) {
  const server = createServer((request, response) => {
    answer(request)
      .then(([{ statusCode = 502, headers }, body]) => {
        const { 'content-type': type = 'application/json', date = '', ...others } = headers;
        const found = others['sl-violations'];
        const more = found === undefined ? {} : { 'sl-violations': String(found) };
        response.writeHead(statusCode, { 'content-type': type, date, ...more });
        response.end(body);
      })
      .catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

/** Sends a request on, and returns the answer with its body. */
async function forward(
  base: string,
  { url = '/', method = 'GET', headers }: IncomingMessage,
  body: Buffer,
): Promise<readonly [IncomingMessage, Buffer]> {
  const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...rest } = headers;
  const sent = clientRequest(base + url, {
    method,
    headers: { ...rest, ...(body.length > 0 ? { 'content-length': body.length } : {}) },
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return [answer, await buffer(answer)];
}

/**
 * Starts Prism in front of an upstream, and a gateway in front of Prism. Prism sees answers without nulls, which the
 * document allows nowhere: it lists what it objects to in a header, and gives up on a long list.
 */
export async function openGateway(options: Options): Promise<Gateway> {
  const relay = await serve(async (request) => {
    const [answer, body] = await forward(options.upstream, request, await buffer(request));
    const value = parsed(body);
    return [answer, value === undefined ? body : Buffer.from(JSON.stringify(withoutNulls(value)))];
  });
  const [child, prism] = await startPrism({ ...options, upstream: relay.url });
  const violations: Violation[] = [];
  const seen: string[] = [];
  const gateway = await serve(async (request) => {
    const body = await buffer(request);
    const path = request.url ?? '/';
    const isPast = options.isYounger(path);
    const [answer, answered] = await forward(isPast ? options.upstream : prism, request, body);
    const name = `${request.method} ${path}`;
    if (!isPast) seen.push(name);
    for (const found of JSON.parse(String(answer.headers['sl-violations'] ?? '[]'))) {
      const [side, part, ...inside]: string[] = found.location;
      const whole = parsed(side === 'request' ? body : answered);
      const value = part === 'body' ? at(whole, inside) : undefined;
      violations.push({ request: name, ...found, value });
    }
    return [answer, answered];
  });
  return {
    url: gateway.url,
    violations,
    seen,
    async close() {
      gateway.close();
      relay.close();
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
