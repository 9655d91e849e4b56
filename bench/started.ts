import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { YOUNG } from '../src/cli/process/heap.ts';
import { MAIN } from './command.ts';

/** Where a daemon works, and what else its environment has. */
export interface StartPlan {
  readonly folder: string;
  readonly sandbox: { readonly url: string; readonly token: string };
  readonly database: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The built daemon, with the schedules that it has by default and a port of its own. */
export interface Started {
  readonly process: ChildProcess;
  /** The address of its port, as soon as that answers. */
  readonly port: Promise<string>;
  /** Waits until its log matches; fails if it ends before. */
  logged(pattern: RegExp): Promise<RegExpExecArray>;
  /** Fails if it ends, with its log; never resolves otherwise. */
  readonly failed: Promise<never>;
  end(): Promise<void>;
}

export function startDaemon({ folder, sandbox, database, env }: StartPlan): Started {
  const child = spawn(process.execPath, [YOUNG, MAIN, 'start'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PYLON_API_URL: sandbox.url,
      PYLON_API_TOKEN: sandbox.token,
      DATABASE_URL: database,
      PYLON_SYNC_HTTP: '127.0.0.1:0',
      ...env,
    },
  });
  const ended = once(child, 'exit');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const failed = ended.then(([status]) => Promise.reject(new Error(`the daemon ended (${status}): ${said}`)));
  failed.catch(() => {});
  const logged = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(said);
      if (match !== null) return match;
      await Promise.race([once(child.stderr, 'data'), failed]);
    }
  };
  const port = logged(/"url":"([^"]+)"[^\n]*"answering"/).then(([, url]) => url as string);
  port.catch(() => {});
  return {
    process: child,
    port,
    logged,
    failed,
    async end() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Ticks of the kernel's clock for processes, a second. */
const TICKS = 100;

/** What a process has cost so far. */
export interface ProcessCost {
  /** Seconds of processor time, its own and the kernel's for it. */
  readonly cpu: number;
  /** How often its main thread woke up; no other work on the machine changes that. */
  readonly wakeups: number;
}

export async function costOf({ process: { pid = 0 } }: Started): Promise<ProcessCost> {
  const [stat, status] = await Promise.all(
    ['stat', 'status'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8')),
  );
  // The name, in parentheses, may have spaces.
  const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS,
    wakeups: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status ?? '')?.[1]),
  };
}
