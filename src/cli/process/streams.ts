/** A reader that has gone (`| head`, a closed terminal) wanted no more. */
const GONE = new Set(['EPIPE', 'EIO']);

/**
 * Keeps output that cannot be written from ending the process. Lines of the log are lost then (`lines.ts`); a command's
 * result that is not written, for another reason than that its reader has gone, makes the exit status 1 in the place of 0.
 */
export function surviveOutput(process: NodeJS.Process): void {
  const { stdout, stderr } = process;
  stderr.on('error', () => {});
  let isTold = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (GONE.has(error.code ?? '') || isTold) return;
    isTold = true;
    process.once('exit', (status) => {
      if (status === 0) process.exitCode = 1;
    });
    stderr.write(`pylon-sync: the output cannot be written: ${error.message}\n`);
  });
}
