import { accessSync, constants } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

/** The flag that bounds the young generation, which V8 accepts only at start: megabytes of each of its two halves. */
export const YOUNG = '--max-semi-space-size=4';

/**
 * The variable that bounds, in bytes, the freed memory which glibc keeps at the end of each of its arenas. This is
 * glibc's own default, which it raises to twice the largest block that was freed, the text of a page for example,
 * unless it is set. Each thread has an arena (docs/decisions/0076). glibc reads the variable only at start.
 */
export const TRIM = { name: 'MALLOC_TRIM_THRESHOLD_', value: '131072' } as const;

/** How a process was started, and `execve`, which replaces it by another program (Node has it since 22.15). */
export interface Self
  extends Pick<NodeJS.Process, 'argv' | 'execArgv' | 'execPath' | 'env' | 'connected' | 'platform'> {
  readonly execve?: (file: string, words: readonly string[], env: NodeJS.ProcessEnv) => never;
}

/** Whether the process was started with a size of the young generation. */
const isSized = ({ execArgv, env }: Pick<Self, 'execArgv' | 'env'>): boolean =>
  /--(min|max)[-_]semi[-_]space[-_]size/.test([...execArgv, env.NODE_OPTIONS ?? ''].join(' '));

/** Each of these settings of glibc's malloc, whatever its value, keeps the bounds as they are. */
const STEADY = '(?:trim_threshold|top_pad|mmap_threshold|mmap_max)';
const STEADY_VARIABLE = new RegExp(`^MALLOC_${STEADY}_$`, 'i');
const STEADY_TUNABLE = new RegExp(`\\bglibc\\.malloc\\.${STEADY}=`);

/** Whether the process was started with such a setting, or on a system that has no glibc. */
const isTrimmed = ({ env, platform }: Pick<Self, 'env' | 'platform'>): boolean =>
  platform !== 'linux' ||
  Object.keys(env).some((name) => STEADY_VARIABLE.test(name)) ||
  STEADY_TUNABLE.test(env.GLIBC_TUNABLES ?? '');

const isRunnable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * Restarts this process with `YOUNG` and `TRIM`, by `execve`: it keeps its id and its streams. Call it before anything
 * is opened or loaded. What the process was started with stays: a size of the young generation, settings of malloc. It
 * does nothing, and returns, if there are both, if this Node has no `execve`, or if the process has an IPC channel to
 * its parent, which would be lost.
 */
export function boundMemory(self: Self): void {
  const [sized, trimmed] = [isSized(self), isTrimmed(self)];
  if (sized && trimmed) return;
  // Node aborts the process if `execve` fails, so check first what can be checked.
  if (self.execve === undefined || self.connected || !isRunnable(self.execPath)) return;
  const flags = sized ? self.execArgv : [YOUNG, ...self.execArgv];
  const env = trimmed ? self.env : { ...self.env, [TRIM.name]: TRIM.value };
  self.execve(self.execPath, [self.execPath, ...flags, ...self.argv.slice(1)], env);
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
