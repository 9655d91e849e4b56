import type { Writable } from 'node:stream';

/** Writes lines of the log; a failure loses the line and never throws. */
export interface Lines {
  write(line: string): void;
  /** How many lines could not be written since the process began. */
  lost(): number;
}

/**
 * Writes lines to a stream that may fail: a full disk, or a reader that has gone. A line that fails is lost and
 * counted. After the next line that succeeds, `tell` is called with how many were lost and why.
 */
export function newLines(stream: Writable, tell: (lost: number, reason: string) => void): Lines {
  let lost = 0;
  /** Lines lost and not reported yet. */
  let untold = 0;
  /** Lines that the line being written reports as lost. */
  let told = 0;
  let reason = '';
  return {
    write(line) {
      const tells = told;
      told = 0;
      // A full disk may have cut the last line in two: begin a new one.
      stream.write(untold > 0 ? `\n${line}` : line, (error) => {
        if (error != null) {
          lost += 1;
          untold += 1 + tells;
          reason = (error as NodeJS.ErrnoException).code ?? error.message;
          return;
        }
        if (untold === 0) return;
        told = untold;
        untold = 0;
        tell(told, reason);
      });
    },
    lost: () => lost,
  };
}
