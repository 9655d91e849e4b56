import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Pylon's clock where it stands still, so that the same pages are asked for every time. */
export const NOW = Date.parse('2026-11-24T12:00:00Z');

export type SandboxPlan =
  /** Answers from memory, at no limit. */
  | { readonly kind: 'frozen'; readonly issues: number }
  /** Makes its issues when they are asked for, at no limit: any number of them. */
  | { readonly kind: 'made'; readonly issues: number }
  /** Counts no requests. */
  | { readonly kind: 'unlimited'; readonly issues: number }
  /** With Pylon's limits, counted over a shorter minute. */
  | {
      readonly kind: 'limited';
      readonly issues: number;
      readonly minuteMs: number;
      /** Whether there are many objects of every table. */
      readonly more?: boolean;
    };

export interface ToSandbox {
  /** Share of the issues to give another title; all links are signed anew. */
  readonly retitle: number;
}

export type FromSandbox = { readonly url: string; readonly token: string } | { readonly retitled: number };

export interface SandboxProcess {
  readonly url: string;
  readonly token: string;
  /** Gives a share of the issues another title, and signs all links anew; how many it gave. */
  retitle(share: number): Promise<number>;
  stop(): Promise<void>;
}

const MODULE = fileURLToPath(new URL('sandbox-process.ts', import.meta.url));

export async function startSandboxProcess(plan: SandboxPlan): Promise<SandboxProcess> {
  const child = fork(MODULE, [JSON.stringify(plan)]);
  const ended = once(child, 'exit');
  const answer = async <T extends FromSandbox>(): Promise<T> => {
    const [message] = await Promise.race([
      once(child, 'message'),
      ended.then(([status]) => Promise.reject(new Error(`the sandbox ended with status ${status}`))),
    ]);
    return message as T;
  };
  const { url, token } = await answer<{ url: string; token: string }>();
  return {
    url,
    token,
    retitle: async (retitle) => {
      const told = answer<{ retitled: number }>();
      child.send({ retitle } satisfies ToSandbox);
      return (await told).retitled;
    },
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}
