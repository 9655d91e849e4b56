import { accessSync, constants } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

/** The flag that bounds the young generation, which V8 accepts only at start: megabytes of each of its two halves. */
export const YOUNG = '--max-semi-space-size=2';

/** How a process was started, and `execve`, which replaces it by another program (Node has it since 22.15). */
export interface Self extends Pick<NodeJS.Process, 'argv' | 'execArgv' | 'execPath' | 'env' | 'connected'> {
  readonly execve?: (file: string, words: readonly string[]) => never;
}

/** Whether the process was started with a size of the young generation. */
const isSized = ({ execArgv, env }: Pick<Self, 'execArgv' | 'env'>): boolean =>
  /--(min|max)[-_]semi[-_]space[-_]size/.test([...execArgv, env.NODE_OPTIONS ?? ''].join(' '));

const isRunnable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * Restarts this process with `YOUNG`, by `execve`: it keeps its id and its streams. Call it before anything is opened
 * or loaded. It does nothing, and returns, if the process was started with a size of the young generation, if this
 * Node has no `execve`, or if the process has an IPC channel to its parent, which would be lost.
 */
export function boundYoung(self: Self): void {
  if (isSized(self)) return;
  // Node aborts the process if `execve` fails, so check first what can be checked.
  if (self.execve === undefined || self.connected || !isRunnable(self.execPath)) return;
  self.execve(self.execPath, [self.execPath, YOUNG, ...self.execArgv, ...self.argv.slice(1)]);
}

/**
 * Makes V8 collect garbage earlier: less memory for some processor time. Pages come and go by the megabyte, and V8
 * would let several times the memory in use pile up on a machine with much memory (bench/RESULTS.md has the peaks).
 * This sets no limit: a page of any size still fits.
 */
export function collectEarly(
  self: Pick<Self, 'execArgv' | 'env'> = process,
  set: (flag: string) => void = setFlagsFromString,
): void {
  // The old generation may grow by half of what survived before it is collected.
  set('--heap-growing-percent=50');
  // A young generation without a bound does not grow. One with a bound may reach it: below, it is collected twice as
  // often, and what is on its way then survives as often.
  if (!isSized(self)) set('--semi-space-growth-factor=1');
}
