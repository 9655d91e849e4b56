#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { loadEnvironment } from './cli/process/environment.ts';
import { boundYoung, collectEarly } from './cli/process/heap.ts';
import { allowSlowLinks } from './cli/process/network.ts';
import { Interrupted } from './cli/process/shell.ts';
import { surviveOutput } from './cli/process/streams.ts';
import { reasonOf } from './errors.ts';
import { PACKAGE } from './root.ts';

/** A Ctrl-C reaches a process under npm twice, from the terminal and from npm: within this time it is one. */
const SAME_SIGNAL_MS = 500;

/** How long after a command that was stopped what is still open may keep the process. */
const LINGER_MS = 100;

/** The first signal asks for an end, the second one ends. */
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

/** Reads `.env`; ends the process when that cannot be read. */
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

// Before anything else is loaded: what replaces the process loads it.
boundYoung(process);
collectEarly();
allowSlowLinks();

surviveOutput(process);
readEnvFile();
const signal = stopSignal();
const { runCommandLine } = await import('./cli/run.ts');
process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  signal,
  version: version(),
});
// What was given up on the way to the end must not keep the process.
if (signal.aborted) setTimeout(() => process.exit(), LINGER_MS).unref();
