import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Reads about a process from `/proc` or, on systems without it, from `ps`; empty if there is no such process. */
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
 * Identifies a running process by pid and start time, so that a later process with the same pid differs. Undefined
 * for a process that has ended or is a zombie: a zombie has no resources, and stays for ever if process 1 does not
 * reap it.
 */
export async function identityOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const [state = '', started] = [await ask(pid, 'stat', 'stat'), await ask(pid, 'stat', 'lstart')];
    return state === '' || state.startsWith('Z') ? undefined : `${pid} ${started}`;
  }
  const stat = await ask(pid, 'stat', 'stat');
  // The second field, the command, may contain spaces and brackets. The state is the 3rd, the start time the
  // 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || fields[0] === 'Z' ? undefined : `${pid} ${fields[19]}`;
}

/** Whether the process that `identity` named still runs. */
export async function isRunning(identity: string): Promise<boolean> {
  return (await identityOf(Number.parseInt(identity, 10))) === identity;
}

/** The command line of a process, separated by spaces; empty if there is no such process. */
export async function commandOf(pid: number): Promise<string> {
  return (await ask(pid, 'cmdline', 'args')).replaceAll('\0', ' ').trim();
}

/** The working directory of a process; undefined on systems that do not show it. */
export async function directoryOf(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}
