// A process of ours that keeps the times in TEST_TEMPO in place of those that are promised. `brisk-main.cjs` starts it.
import { constants } from 'node:os';
import { Interrupted } from '../../src/cli/process/shell.ts';
import { TEMPO } from '../../src/cli/process/tempo.ts';
import { runCommandLine } from '../../src/cli/run.ts';

const { TEST_TEMPO = '{}', ...env } = process.env;
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort(new Interrupted('SIGTERM', constants.signals.SIGTERM)));
// A module of the form that V8 keeps the code of cannot wait.
void runCommandLine(process.argv.slice(2), {
  ...{ env, stdout: process.stdout, stderr: process.stderr, signal: stop.signal, version: '0.0.0' },
  tempo: { ...TEMPO, ...JSON.parse(TEST_TEMPO) },
}).then((status) => {
  process.exitCode = status;
  // As in `main`: what was given up on the way to the end must not keep the process.
  if (stop.signal.aborted) setTimeout(() => process.exit(), 100).unref();
});
