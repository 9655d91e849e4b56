import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentError, reasonOf, TransientError } from '../errors.ts';
import { sleep } from '../sleep.ts';
import { type Binaries, runningAs } from './binaries.ts';
import type { Access } from './credentials.ts';
import type { Place } from './data-dir.ts';
import { codeOf } from './lock.ts';
import { commandOf, directoryOf, identityOf, isRunning } from './process.ts';

/** A running server of a data folder, started by any process. */
export interface Server {
  readonly pid: number;
  /** See `identityOf`: prevents signals to another process with the same pid. */
  readonly identity: string;
  readonly port: number;
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // The path of a socket is limited to about 100 characters; that of a data folder is not.
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

const POLL_MS = 10;
/** Milliseconds until a server must be ready: recovery after a crash replays the log since the last checkpoint. */
const READY_MS = 300_000;
const LARGEST_LOG = 10_000_000;

interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly isReady: boolean;
}

/** Reads `postmaster.pid` of a running server: pid, …, port on line 4, state on line 8. */
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
 * The server that runs in this data folder, once it accepts connections (it may be starting or shutting down).
 * Removes a `postmaster.pid` whose pid now belongs to another program: Postgres would take that for a server and
 * refuse to start. If it belongs to another Postgres, the file stays and Postgres reports it.
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

/** Waits until a server is ready; undefined if it ends first. */
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
 * Starts a server in a session of its own, so that it receives no Ctrl-C of this process's terminal and outlives a
 * `kill -9` of this process.
 *
 * @throws PermanentError with the last lines of its log if it does not start.
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
    // A failure to start shows in its pid and its log.
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

/** Opens the log as this process's user, so that the server's user needs no access to the folder. */
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

/**
 * Milliseconds of a shutdown: after the first limit the server is stopped immediately, without a checkpoint; after
 * the second this gives up.
 */
const FAST_MS = 20_000;
const IMMEDIATE_MS = 10_000;

/**
 * Stops a server: it closes connections and writes everything to disk, unless that takes too long.
 *
 * @throws TransientError if it still runs after both limits.
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
