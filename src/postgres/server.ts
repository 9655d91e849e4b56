import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError, reasonOf, TransientError } from '../errors.ts';
import { type Binaries, runningAs } from './binaries.ts';
import type { Access } from './credentials.ts';
import type { Place } from './data-dir.ts';
import { codeOf } from './lock.ts';
import { commandOf, directoryOf, identityOf, isRunning } from './process.ts';

/** A server that was started in its data folder, by whichever process. */
export interface Server {
  readonly pid: number;
  /** See `identityOf`: no signal goes to a process that merely has the same pid. */
  readonly identity: string;
  readonly port: number;
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // The path of a socket has about 100 characters, that of a data folder any number.
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

const POLL_MS = 10;
/** Recovery after a crash reads the log of all that was written since the last checkpoint. */
const READY_MS = 300_000;
const LARGEST_LOG = 10_000_000;

interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly isReady: boolean;
}

/** What a running server says of itself in `postmaster.pid`: pid, …, port on line 4, state on line 8. */
async function readPidFile(place: Place): Promise<PidFile | undefined> {
  const text = await readFile(join(place.data, 'postmaster.pid'), 'utf8').catch((error) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' } : undefined;
}

/**
 * The server that runs in this data folder, once it takes connections (one may still be starting, or
 * shutting down). A `postmaster.pid` whose pid now belongs to something else is removed: Postgres itself
 * would take that process for a server and refuse to start. Of another Postgres it is left to say so.
 */
export async function runningServer(place: Place): Promise<Server | undefined> {
  const found = await readPidFile(place);
  const identity = found && (await identityOf(found.pid));
  if (found === undefined || identity === undefined) return undefined;
  const command = await commandOf(found.pid);
  if (command.includes(place.data) || (await directoryOf(found.pid)) === place.data) {
    return ready(place, found.pid, identity);
  }
  if (!/postgres|postmaster/.test(command)) await unlink(join(place.data, 'postmaster.pid'));
  return undefined;
}

/** Waits until a server is ready; `undefined` when it ends before. */
async function ready(place: Place, pid: number, identity: string): Promise<Server | undefined> {
  const giveUpAt = performance.now() + READY_MS;
  while (await isRunning(identity)) {
    const now = await readPidFile(place);
    if (now?.pid === pid && now.isReady) return { pid, identity, port: now.port };
    if (performance.now() > giveUpAt) {
      throw new TransientError(
        `the Postgres of ${place.data} (process ${pid}) is not ready after ${READY_MS} ms: its log is ${place.log}`,
      );
    }
    await sleep(POLL_MS);
  }
  return undefined;
}

/**
 * Starts a server in a session of its own: it gets no Ctrl-C of this process's terminal and outlives a
 * `kill -9` of this process.
 *
 * @throws PermanentError with the last lines of its log when it does not start.
 */
export async function launch(
  place: Place,
  binaries: Binaries,
  { port }: Access,
  settings: Readonly<Record<string, string>>,
): Promise<Server> {
  const options = Object.entries({ ...SETTINGS, ...settings, port: String(port) });
  const words = ['-D', place.data, ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const log = await openLog(place);
  const startOfLog = (await log.stat()).size;
  let child: ChildProcess;
  try {
    child = spawn(join(binaries.bin, 'postgres'), words, {
      ...runningAs(place.account),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    // What keeps it from running shows by its pid and its log.
    child.on('error', () => {});
    await once(child, 'spawn');
  } catch (cause) {
    throw new PermanentError(`cannot run ${join(binaries.bin, 'postgres')}`, { cause });
  } finally {
    await log.close();
  }
  child.unref();
  const pid = child.pid ?? 0;
  const identity = await identityOf(pid);
  const server = identity && (await ready(place, pid, identity));
  if (server) return server;
  const said = (await readFile(place.log)).subarray(startOfLog).toString();
  throw new PermanentError(
    `Postgres did not start in ${place.data}: mend what it names, or set DATABASE_URL=postgres://… to use a server of your own. The end of ${place.log}:\n${lastLines(said)}`,
  );
}

function lastLines(text: string): string {
  const lines = text.trim().split('\n').slice(-12);
  return lines.map((line) => `  ${line}`).join('\n');
}

/** Opened by this process, so that the server's user needs no right to the folder. */
async function openLog(place: Place) {
  const size = await stat(place.log).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LARGEST_LOG) await rename(place.log, `${place.log}.1`);
  const log = await open(place.log, 'a', 0o600);
  const { uid, gid } = await stat(place.folder);
  await chown(place.log, uid, gid);
  return log;
}

/** Bounds of a shutdown: at the first the server is told to drop what it does, at the second all hope. */
const FAST_MS = 20_000;
const IMMEDIATE_MS = 10_000;

/**
 * Stops a server: connections are closed and everything is written out, unless that takes too long.
 *
 * @throws TransientError when it still runs after both bounds.
 */
export async function shutDown(server: Server, fastMs = FAST_MS): Promise<void> {
  for (const [signal, ms] of [['SIGINT', fastMs] as const, ['SIGQUIT', IMMEDIATE_MS] as const]) {
    if (!(await isRunning(server.identity))) return;
    try {
      process.kill(server.pid, signal);
    } catch (cause) {
      if (codeOf(cause) === 'ESRCH') return;
      throw new TransientError(`cannot stop Postgres (process ${server.pid}): ${reasonOf(cause)}`, { cause });
    }
    if (await hasEnded(server, ms)) return;
  }
  throw new TransientError(`Postgres (process ${server.pid}) does not stop: end it by hand`);
}

async function hasEnded({ identity }: Server, withinMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + withinMs;
  while (await isRunning(identity)) {
    if (performance.now() > giveUpAt) return false;
    await sleep(POLL_MS);
  }
  return true;
}
