import type { Writable } from 'node:stream';

/** Where finished lines of the log go, whatever becomes of that. */
export interface Lines {
  write(line: string): void;
  /** How many could not be written since the process began. */
  lost(): number;
}

/**
 * Lines for a stream that may refuse them: a full disk, or a reader that has gone. What is refused is lost, and counted;
 * with the first line that is taken again, `tell` is called to say how many were lost, and why.
 */
export function newLines(stream: Writable, tell: (lost: number, reason: string) => void): Lines {
  let lost = 0;
  /** Lost, and not told yet. */
  let untold = 0;
  /** Told by the line that is being written. */
  let told = 0;
  let reason = '';
  return {
    write(line) {
      const tells = told;
      told = 0;
      // A line that was cut in two by the end of the disk's room ends here.
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
