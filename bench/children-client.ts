import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Asked } from '../test/helpers/round-trips.ts';

/** What a process of `children-process.ts` is told at its start. */
export interface ClientPlan {
  /** The file that `children-bundle.ts` made of the tree whose client it is. */
  readonly client: string;
  readonly pylon: { readonly url: string; readonly token: string };
  /** What it backfills. */
  readonly resources: readonly string[];
}

export interface ToClient {
  /** An empty database, which it migrates first. */
  readonly database: string;
}

/** What one backfill took, after the migration. */
export interface FromClient {
  readonly requests: number;
  readonly seconds: number;
  /** Of the client's process. */
  readonly cpuMs: number;
  /** Only of our own tree. */
  readonly asked?: Asked;
}

export interface ClientProcess {
  backfill(database: string): Promise<FromClient>;
  stop(): Promise<void>;
}

const MODULE = fileURLToPath(new URL('children-process.ts', import.meta.url));

/** Starts the client of a tree as a process of its own, with these flags of Node besides this process's. */
export async function startClient(plan: ClientPlan, flags: readonly string[]): Promise<ClientProcess> {
  const child = fork(MODULE, [JSON.stringify(plan)], { execArgv: [...process.execArgv, ...flags] });
  const ended = once(child, 'exit');
  const answer = async (): Promise<unknown> => {
    const failed = ended.then(([status]) =>
      Promise.reject(new Error(`the client ${plan.client} ended with status ${status}`)),
    );
    const [message] = await Promise.race([once(child, 'message'), failed]);
    return message;
  };
  await answer();
  return {
    async backfill(database) {
      const told = answer();
      child.send({ database } satisfies ToClient);
      return (await told) as FromClient;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
