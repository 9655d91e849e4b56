import { test as base } from 'vitest';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/start.ts';
import { startTrappedSandbox } from '../helpers/sandbox.ts';

/** Pylon's clock in these tests; it stands still unless a test moves it. */
export const NOW = Date.parse('2026-11-24T12:00:00Z');
export const DAY = 86_400_000;
export const iso = (ms: number) => new Date(ms).toISOString().replace('.000', '');

type Json = Record<string, unknown>;

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json & { data?: unknown };
}

/** A sandbox, and plain `fetch` at it. */
export interface Client {
  readonly sandbox: Sandbox;
  send(method: string, path: string, body?: unknown): Promise<Answered>;
  get(path: string): Promise<Answered>;
  /** All objects of a `GET` listing, page by page. */
  list(path: string): Promise<Json[]>;
  /** All objects of a search, page by page. */
  search(path: string, body: Json): Promise<Json[]>;
}

async function openClient(options: SandboxOptions): Promise<Client> {
  const sandbox = await startTrappedSandbox({ issues: 120, limits: 'none', now: () => NOW, ...options });
  const send = async (method: string, path: string, body?: unknown): Promise<Answered> => {
    const response = await fetch(sandbox.url + path, {
      method,
      headers: { authorization: `Bearer ${sandbox.token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
  };
  const pages = async (ask: (cursor: string) => Promise<Answered>): Promise<Json[]> => {
    const objects: Json[] = [];
    for (let cursor = ''; ; ) {
      const { status, body } = await ask(cursor);
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
      objects.push(...((body.data ?? []) as Json[]));
      const next = body.pagination as { cursor: string; has_next_page: boolean } | undefined;
      if (next === undefined || !next.has_next_page) return objects;
      cursor = next.cursor;
    }
  };
  return {
    sandbox,
    send,
    get: (path) => send('GET', path),
    list: (path) =>
      pages((cursor) =>
        send('GET', `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`),
      ),
    search: (path, body) => pages((cursor) => send('POST', path, { ...body, cursor })),
  };
}

interface Fixtures {
  /** Starts a sandbox for this test alone. */
  open: (options?: SandboxOptions) => Promise<Client>;
  /** A sandbox without traps for tests that only read, one a file. */
  calm: Client;
}

export const test = base.extend<Fixtures>({
  calm: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs.
    async ({}, use) => {
      const client = await openClient({ traps: false, issues: 200 });
      await use(client);
      await client.sandbox.close();
    },
    { scope: 'file' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs.
  open: async ({}, use) => {
    const opened: Client[] = [];
    await use(async (options = {}) => {
      const client = await openClient(options);
      opened.push(client);
      return client;
    });
    for (const { sandbox } of opened) await sandbox.close();
  },
});

/** Objects as the world serves them. */
export const held = (client: Client, resource: string): Json[] =>
  [...client.sandbox.world.all(resource)].map(({ object }) => object);

/** An object of the world that a test needs to be there. */
export function found(
  client: Client,
  resource: string,
  wanted: (object: Json) => boolean = () => true,
): Json {
  const object = held(client, resource).find(wanted);
  if (object === undefined) throw new Error(`the sandbox holds no such ${resource}`);
  return object;
}
