#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { loadEnvironment } from './cli/process/environment.ts';
import { boundMemory, collectEarly, TRIM } from './cli/process/heap.ts';
import { allowSlowLinks } from './cli/process/network.ts';
import { Interrupted } from './cli/process/shell.ts';
import { surviveOutput } from './cli/process/streams.ts';
import { reasonOf } from './errors.ts';
import { PACKAGE } from './root.ts';

/**
 * Under npm a process gets Ctrl-C twice, from the terminal and from npm. Two signals within so many milliseconds
 * count as one.
 */
const SAME_SIGNAL_MS = 500;

/** How long after a stopped command its open handles may keep the process alive, in milliseconds. */
const LINGER_MS = 100;

/** The first signal aborts the returned signal; a second one ends the process. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let firstAt = 0;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const interrupted = new Interrupted(name, constants.signals[name]);
    process.on(name, () => {
      if (stop.signal.aborted && performance.now() - firstAt > SAME_SIGNAL_MS)
        process.exit(interrupted.status);
      if (!stop.signal.aborted) firstAt = performance.now();
      stop.abort(interrupted);
    });
  }
  return stop.signal;
}

/** Loads `.env`; exits with status 2 if it cannot be read. */
function readEnvFile(): void {
  try {
    loadEnvironment('.env', process.env);
  } catch (error) {
    for (const line of reasonOf(error).split('\n')) process.stderr.write(`pylon-sync: ${line}\n`);
    process.exit(2);
  }
}

function version(): string {
  const text = readFileSync(new URL('package.json', PACKAGE), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

// Before anything else is loaded, since this may replace the process, which loads it again.
boundMemory(process);
// glibc has read it. The embedded Postgres, which inherits this environment, is to have its own.
if (process.env[TRIM.name] === TRIM.value) delete process.env[TRIM.name];
collectEarly();
allowSlowLinks();

surviveOutput(process);
readEnvFile();
const signal = stopSignal();
const { runCommandLine } = await import('./cli/run.ts');
process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  program: process.argv[1],
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal,
  version: version(),
});
// Work that the shutdown gave up on must not keep the process alive.
if (signal.aborted) setTimeout(() => process.exit(), LINGER_MS).unref();
