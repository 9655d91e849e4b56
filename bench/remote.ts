import type { SandboxProcess } from './sandbox.ts';

/** What others do in Pylon, done to a sandbox in another process. */
export interface Remote {
  /** Ids of issues, the newest first. */
  issues(): Promise<readonly string[]>;
  retitle(issue: string, title: string): Promise<void>;
  addMessage(issue: string): Promise<void>;
  /** Requests so far, by endpoint, and how many were refused for the client's own pace. */
  requests(): Promise<{ readonly all: number; readonly own429s: number }>;
}

interface Counts {
  readonly endpoints: Readonly<Record<string, { readonly requests: number }>>;
  readonly own429: number;
}

export function remoteOf({ url }: Pick<SandboxProcess, 'url'>): Remote {
  const ask = async (path: string, body?: object): Promise<string> => {
    const response = await fetch(new URL(`/__sandbox${path}`, url), {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the sandbox refused ${path}: ${text}`);
    return text;
  };
  return {
    async issues() {
      const lines = (await ask('/world/issues')).trim().split('\n');
      return lines.flatMap((line) => (JSON.parse(line) as { object: { id?: string } }).object.id ?? []);
    },
    async retitle(id, title) {
      await ask('/world/issues', { patch: { title }, id });
    },
    async addMessage(issue_id) {
      await ask('/messages', { issue_id });
    },
    async requests() {
      const { endpoints, own429 } = JSON.parse(await ask('/requests')) as Counts;
      return {
        all: Object.values(endpoints).reduce((sum, { requests }) => sum + requests, 0),
        own429s: own429,
      };
    },
  };
}
