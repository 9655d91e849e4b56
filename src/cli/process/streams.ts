/** Errors that mean the reader has gone (`| head`, a closed terminal): no failure. */
const GONE = new Set(['EPIPE', 'EIO']);

/**
 * Keeps an output that cannot be written from ending the process. Lines of the log are lost (`lines.ts`). If a
 * command's result cannot be written, unless its reader has gone, the exit status is 1 instead of 0.
 */
export function surviveOutput(process: NodeJS.Process): void {
  const { stdout, stderr } = process;
  stderr.on('error', () => {});
  let isReported = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (GONE.has(error.code ?? '') || isReported) return;
    isReported = true;
    process.once('exit', (status) => {
      if (status === 0) process.exitCode = 1;
    });
    stderr.write(`pylon-sync: the output cannot be written: ${error.message}\n`);
  });
}
