import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** Something that is done again and again. */
interface Errand {
  /** Ends it; rejects with what a step threw. */
  end(): Promise<void>;
}

/** What is done beside a test, and fails it at once. */
export interface Errands {
  /** Does something at intervals until it is ended, at the latest with the test. */
  keepDoing(everyMs: number, step: (n: number) => Promise<void> | void): Errand;
  /** Waits for something, but rejects with what a step threw, of any errand, as soon as one has. */
  unlessFailed<T>(work: Promise<T>): Promise<T>;
}

export function newErrands(): Errands {
  let fail = (_: unknown) => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  return {
    keepDoing(everyMs, step) {
      let isOver = false;
      const work = async () => {
        for (let n = 0; !isOver; n += 1) {
          await step(n);
          await sleep(everyMs);
        }
      };
      const working = work();
      working.catch(fail);
      onTestFinished(() => {
        isOver = true;
      });
      return {
        async end() {
          isOver = true;
          await working;
        },
      };
    },
    unlessFailed: (work) => Promise.race([failed, work]),
  };
}
