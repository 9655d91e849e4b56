#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { parseEnv } from 'node:util';
import { collectEarly } from './cli/heap.ts';
import { allowSlowLinks } from './cli/network.ts';
import { runCommandLine } from './cli/run.ts';
import { Interrupted } from './cli/shell.ts';
import { reasonOf } from './errors.ts';

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

/** The process's environment over what a `.env` file in the current folder says; ends the process when that cannot be read. */
function environment(): Record<string, string | undefined> {
  if (!existsSync('.env')) return process.env;
  try {
    return { ...parseEnv(readFileSync('.env', 'utf8')), ...process.env };
  } catch (error) {
    process.stderr.write(`pylon-sync: .env cannot be read (${reasonOf(error)}): mend it or move it away\n`);
    process.exit(2);
  }
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

collectEarly();
allowSlowLinks();

for (const stream of [process.stdout, process.stderr]) {
  // A reader that has gone (`| head`, a closed terminal) does not end the work.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
}

const signal = stopSignal();
process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: environment(),
  stdout: process.stdout,
  stderr: process.stderr,
  signal,
  version: version(),
});
// What was given up on the way to the end must not keep the process.
if (signal.aborted) setTimeout(() => process.exit(), LINGER_MS).unref();
