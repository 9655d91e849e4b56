import { accessSync, constants } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

/** The flag that bounds the young generation: V8 takes it at start alone. Megabytes of each of its two halves. */
export const YOUNG = '--max-semi-space-size=2';

/** What a process knows of how it was started, and how it is replaced by another program: Node has that since 22.15. */
export interface Self extends Pick<NodeJS.Process, 'argv' | 'execArgv' | 'execPath' | 'env' | 'connected'> {
  readonly execve?: (file: string, words: readonly string[]) => never;
}

const isRunnable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * Replaces this process, which keeps its id and its streams, by the same one started with `YOUNG`. To be called before
 * anything is opened or loaded. Returns where it was started with a size of the young generation, be it another one;
 * where this Node cannot replace a process; and where a parent would lose its channel to it.
 */
export function boundYoung(self: Self): void {
  const given = [...self.execArgv, self.env.NODE_OPTIONS ?? ''].join(' ');
  if (/--(min|max)[-_]semi[-_]space[-_]size/.test(given)) return;
  // Node aborts where the replacement fails: what can be seen beforehand is looked at.
  if (self.execve === undefined || self.connected || !isRunnable(self.execPath)) return;
  self.execve(self.execPath, [self.execPath, YOUNG, ...self.execArgv, ...self.argv.slice(1)]);
}

/**
 * Has this process collect its garbage while there is little of it, for some processor time. Pages come and
 * go by the megabyte, and V8 would let several times what is in use pile up on a machine with room
 * (bench/RESULTS.md has the peaks). Nothing is limited: a page as large as it takes still fits.
 */
export function collectEarly(): void {
  // The old generation may grow by half of what survived before it is collected.
  setFlagsFromString('--heap-growing-percent=50');
  // The young one grows the slower for it; its bound is the flag's (`YOUNG`).
  setFlagsFromString('--semi-space-growth-factor=1');
}
