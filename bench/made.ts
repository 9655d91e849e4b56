import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '../src/sandbox/start.ts';
import { bodyOf, type Issues, page } from './frozen.ts';

/** How far back the made issues go: a little less than the readers' windows. */
const SPAN_MS = 400 * 86_400_000;
const MESSAGES = 3;

/** What the sandbox says of an issue, with other ids and times. */
function making(sandbox: Sandbox, count: number, now: number): Issues {
  const patterns = [...sandbox.world.all('issues')].map(({ object }) => object);
  const step = SPAN_MS / count;
  return {
    firstBefore: (instant) => Math.min(count, Math.max(0, Math.floor((now - instant) / step) + 1)),
    text(index) {
      const made = new Date(Math.floor((now - index * step) / 1_000) * 1_000)
        .toISOString()
        .replace('.000', '');
      const changed = { id: `made-${index}`, number: count - index, created_at: made };
      return Buffer.from(JSON.stringify({ ...patterns[index % patterns.length], ...changed }));
    },
  };
}

/** An answer in Pylon's envelope. */
const enveloped = (data: string) =>
  Buffer.from(`{"data":${data},"pagination":{"cursor":"","has_next_page":false},"request_id":"made"}`);

/**
 * A workspace of any number of issues, with three messages each, which are made when they are asked for. Everything
 * else is the sandbox's.
 *
 * @param now Pylon's clock, epoch milliseconds.
 */
export async function serveMade(
  sandbox: Sandbox,
  count: number,
  now: () => number,
): Promise<{ readonly url: string }> {
  const issues = making(sandbox, count, now());
  const ask = async (method: string, url: string, body = ''): Promise<Buffer> => {
    const response = await fetch(new URL(url, sandbox.url), {
      method,
      headers: { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json' },
      ...(body === '' ? {} : { body }),
    });
    return Buffer.from(await response.arrayBuffer());
  };
  const [first] = [...sandbox.world.all('issues')];
  const { data } = JSON.parse((await ask('GET', `/issues/${first?.object.id}/messages`)).toString()) as {
    data: readonly object[];
  };
  const messagesOf = (id: string) =>
    enveloped(
      JSON.stringify(
        Array.from({ length: MESSAGES }, (_, at) => ({ ...data[0], id: `${id}-message-${at}` })),
      ),
    );
  const search = (body: string): Buffer => {
    const { filter } = JSON.parse(body) as { filter?: { field?: string; operator?: string; value?: string } };
    const isOlder = filter?.field === 'created_at' && filter.operator === 'time_is_before';
    const at = isOlder ? issues.firstBefore(Date.parse(filter.value ?? '')) : count;
    return enveloped(at < count ? `[${issues.text(at)}]` : '[]');
  };
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
    const body = await bodyOf(request);
    const issue = /^\/issues\/(made-\d+)\/messages$/.exec(pathname)?.[1];
    let answer: Buffer;
    if (pathname === '/issues' && method === 'GET') answer = page(issues, searchParams);
    else if (pathname === '/issues/search') answer = search(body);
    else if (issue !== undefined) answer = messagesOf(issue);
    else answer = await ask(method, url, body);
    response.setHeader('date', new Date(now()).toUTCString());
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    response.end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
