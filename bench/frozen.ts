import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '../src/sandbox/start.ts';

/**
 * The issues of a sandbox as answers that wait in memory, so that what is measured is the reader, not the
 * making of the data. `GET /issues` is answered from here, everything else by the sandbox, once.
 */
export interface Frozen {
  readonly url: string;
  /** Takes the issues from the sandbox again: changes show, and links are signed anew. */
  renew(): void;
  close(): Promise<void>;
}

/** Issues, the newest first. */
export interface Issues {
  /** Index of the first issue created before an instant, in epoch milliseconds. */
  firstBefore(instant: number): number;
  /** An issue as JSON. */
  text(index: number): Buffer;
}

const COMMA = Buffer.from(',');

/** Those of a sandbox, each as text in memory. */
function take(sandbox: Sandbox): Issues {
  const count = sandbox.world.count('issues');
  const created = new Float64Array(count);
  const texts: Buffer[] = [];
  for (const { object } of sandbox.world.all('issues')) {
    created[texts.length] = Date.parse(`${object.created_at}`);
    texts.push(Buffer.from(JSON.stringify(object)));
  }
  return {
    firstBefore(instant) {
      let low = 0;
      let high = created.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((created[middle] ?? 0) < instant) high = middle;
        else low = middle + 1;
      }
      return low;
    },
    text: (index) => texts[index] ?? Buffer.from('null'),
  };
}

/** One page in Pylon's envelope; its cursor is the place of the next issue. */
export function page(issues: Issues, query: URLSearchParams): Buffer {
  const time = (name: string) => Date.parse(query.get(name) ?? '');
  const end = issues.firstBefore(time('start_time'));
  const from = Number(query.get('cursor') ?? issues.firstBefore(time('end_time')));
  const to = Math.min(end, from + Number(query.get('limit')));
  const pagination = { cursor: to < end ? `${to}` : '', has_next_page: to < end };
  return Buffer.concat([
    Buffer.from('{"data":['),
    ...Array.from({ length: Math.max(0, to - from) }, (_, index) => issues.text(from + index)).flatMap(
      (text, index) => (index === 0 ? [text] : [COMMA, text]),
    ),
    Buffer.from(`],"pagination":${JSON.stringify(pagination)},"request_id":"frozen"}`),
  ]);
}

interface Answered {
  readonly status: number;
  readonly body: Buffer;
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}

/** @param now Pylon's clock, epoch milliseconds. */
export async function freeze(sandbox: Sandbox, now: () => number): Promise<Frozen> {
  let issues = take(sandbox);
  const answers = new Map<string, Answered>();

  const relay = async (request: IncomingMessage): Promise<Answered> => {
    const { method = 'GET', url = '/' } = request;
    const body = await bodyOf(request);
    const known = answers.get(`${method} ${url} ${body}`);
    if (known !== undefined) return known;
    const response = await fetch(new URL(url, sandbox.url), {
      method,
      headers: { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json' },
      ...(body === '' ? {} : { body }),
    });
    const answer = { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
    answers.set(`${method} ${url} ${body}`, answer);
    return answer;
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const { status, body } =
      url.pathname === '/issues'
        ? { status: 200, body: page(issues, url.searchParams) }
        : await relay(request);
    response.setHeader('date', new Date(now()).toUTCString());
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    renew: () => {
      answers.clear();
      issues = take(sandbox);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
