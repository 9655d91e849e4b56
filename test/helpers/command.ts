import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { TEMPO, type Tempo } from '../../src/cli/process/tempo.ts';
import { runCommandLine } from '../../src/cli/run.ts';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Variables = Readonly<Record<string, string>>;

interface Chosen {
  readonly signal?: AbortSignal;
  /** Times other than those promised. */
  readonly tempo?: Partial<Tempo>;
}

/** Runs a command in this process, as `main` does, on streams that are no terminal. */
export async function run(
  words: readonly string[],
  env: Variables = {},
  { signal, tempo }: Chosen = {},
): Promise<Ended> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const output = Promise.all([text(stdout), text(stderr)]);
  const status = await runCommandLine(words, {
    env: { PATH: process.env.PATH, ...env },
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    signal: signal ?? new AbortController().signal,
    version: '1.2.3',
    tempo: { ...TEMPO, ...tempo },
  });
  stdout.end();
  stderr.end();
  const [out, err] = await output;
  return { status, stdout: out, stderr: err };
}

/** Compiled by the run's set-up (`test/setup/program.ts`). */
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The command line of a real process of ours. */
export const COMMAND = [process.execPath, MAIN] as const;

export interface Running {
  readonly pid: number;
  /** Everything printed so far, on either stream. */
  readonly printed: () => string;
  /** The lines of the log so far. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[];
  /** Resolves once the text was printed so many times (once), in whole lines; rejects when the process ends without it. */
  until(expected: string, times?: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** How long a process may take to end once its test has. */
const PATIENCE_MS = 5_000;

/** A real process of ours, with nothing of this one's environment. */
export interface Launched extends Running {
  /** Ends it, whatever it takes. */
  stop(): Promise<Ended>;
}

/**
 * Starts a real process of ours, which its starter ends; `command` where not as people start it, `detached` where signals go to
 * a group of processes, as those of a terminal do.
 */
export function launch(
  words: readonly string[],
  env: Variables = {},
  cwd?: string,
  command: readonly string[] = COMMAND,
  { detached = false } = {},
): Launched {
  const [node = '', ...args] = command;
  const child = spawn(node, [...args, ...words], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    detached,
  });
  let stdout = '';
  let stderr = '';
  const changed = new EventTarget();
  const tell = () => changed.dispatchEvent(new Event('changed'));
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    tell();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    tell();
  });
  const orphaned = () => child.kill('SIGKILL');
  process.once('exit', orphaned);
  let isOver = false;
  const ended = once(child, 'close').then(([status]) => {
    process.off('exit', orphaned);
    isOver = true;
    tell();
    return { status, stdout, stderr } as Ended;
  });
  const printed = () => stdout + stderr;
  // Of a long line the rest may be still to come.
  const wholeLines = (text: string) => text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = () => wholeLines(stdout) + wholeLines(stderr);
  const kill = (signal: NodeJS.Signals) => {
    if (!detached) child.kill(signal);
    else if (!isOver) process.kill(-(child.pid ?? 0), signal);
  };
  return {
    pid: child.pid ?? 0,
    printed,
    log: () =>
      stderr
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line)),
    async until(expected, times = 1) {
      while (lines().split(expected).length <= times) {
        if (isOver) throw new Error(`ended without printing ${JSON.stringify(expected)}:\n${printed()}`);
        await once(changed, 'changed');
      }
    },
    kill,
    ended,
    async stop() {
      kill('SIGTERM');
      const timer = setTimeout(() => kill('SIGKILL'), PATIENCE_MS);
      await ended;
      clearTimeout(timer);
      return ended;
    },
  };
}

/** Starts a real process of ours, with nothing of this one's environment, which ends with its test. */
export function start(words: readonly string[], env: Variables = {}, cwd?: string): Running {
  const launched = launch(words, env, cwd);
  onTestFinished(async () => void (await launched.stop()));
  return launched;
}

/** What a process has logged so far. */
export function logOf({ printed }: Running): readonly Readonly<Record<string, unknown>>[] {
  const lines = printed().split('\n');
  // The last one may be half printed.
  return lines.slice(0, -1).flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}
