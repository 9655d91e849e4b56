import type { Writable } from 'node:stream';

/** Writes lines of the log; a failure loses the line and never throws. */
export interface Lines {
  write(line: string): void;
  /** How many lines could not be written since the process began. */
  lost(): number;
}

/**
 * Writes lines to a stream that may fail: a full disk, or a reader that has gone. A line that fails is lost and
 * counted. After the next line that succeeds, `report` is called with how many were lost and why.
 */
export function newLines(stream: Writable, report: (lost: number, reason: string) => void): Lines {
  let lost = 0;
  /** Lines lost and not reported yet. */
  let unreported = 0;
  /** Lines that the line being written reports as lost. */
  let reported = 0;
  let reason = '';
  return {
    write(line) {
      const reportedHere = reported;
      reported = 0;
      // A full disk may have cut the last line in two: begin a new one.
      stream.write(unreported > 0 ? `\n${line}` : line, (error) => {
        if (error != null) {
          lost += 1;
          unreported += 1 + reportedHere;
          reason = (error as NodeJS.ErrnoException).code ?? error.message;
          return;
        }
        if (unreported === 0) return;
        reported = unreported;
        unreported = 0;
        report(reported, reason);
      });
    },
    lost: () => lost,
  };
}
