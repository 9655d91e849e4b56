import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What `/proc` or, on systems without it, `ps` says; empty where there is no such process. */
async function ask(pid: number, file: string, field: string): Promise<string> {
  try {
    return process.platform === 'linux'
      ? await readFile(`/proc/${pid}/${file}`, 'utf8')
      : (await run('ps', ['-o', `${field}=`, '-p', String(pid)])).stdout.trim();
  } catch {
    return '';
  }
}

/**
 * A name for a running process that no later process with the same pid has: pid and start time.
 * `undefined` for a process that has ended, zombies included: they hold nothing and never end where
 * process 1 does not reap them.
 */
export async function identityOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const [state = '', started] = [await ask(pid, 'stat', 'stat'), await ask(pid, 'stat', 'lstart')];
    return state === '' || state.startsWith('Z') ? undefined : `${pid} ${started}`;
  }
  const stat = await ask(pid, 'stat', 'stat');
  // The second field, the command, may hold spaces and brackets; state is the 3rd, start time the 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || fields[0] === 'Z' ? undefined : `${pid} ${fields[19]}`;
}

/** Whether the process that `identity` named still runs. */
export async function isRunning(identity: string): Promise<boolean> {
  return (await identityOf(Number.parseInt(identity, 10))) === identity;
}

/** The words a process was started with, separated by spaces; empty where there is no such process. */
export async function commandOf(pid: number): Promise<string> {
  return (await ask(pid, 'cmdline', 'args')).replaceAll('\0', ' ').trim();
}

/** Where a process works, on systems that say. */
export async function directoryOf(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}
