import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../../src/postgres/lock.ts';
import { commandOf, identityOf } from '../../src/postgres/process.ts';
import { countMembers } from '../../src/postgres/users.ts';

/** The folder of a run, `<prefix><pid of the run>-…`, holds all data folders of its tests. */
const PREFIX = 'pylon-sync-test-';

/** Memory, where the system has such a folder: copying a database there takes a tenth of the time. */
const MEMORY = '/dev/shm';
const ENOUGH = 2 * 1024 ** 3;

/** How long the databases of failed tests are kept. */
const KEPT_MS = 2 * 3600 * 1000;

/** Databases are small, but not as small as the memory that a container gives to files by default. */
export async function makeRunFolder(): Promise<string> {
  const memory = await statfs(MEMORY).catch(() => undefined);
  const isRoomy = memory !== undefined && memory.bavail * memory.bsize > ENOUGH;
  return openToAll(await mkdtemp(join(isRoomy ? MEMORY : tmpdir(), `${PREFIX}${process.pid}-`)));
}

/** A data folder in the run's. */
export async function makeDataFolder(run: string, name: string): Promise<string> {
  await mkdir(join(run, name));
  return openToAll(join(run, name));
}

/** Servers may run as another user, who has to pass through. */
async function openToAll(folder: string): Promise<string> {
  await chmod(folder, 0o711);
  return folder;
}

function serversIn(run: string): readonly number[] {
  return readdirSync(run).flatMap((name) => {
    const path = join(run, name, 'postgres', 'data', 'postmaster.pid');
    return existsSync(path) ? [Number.parseInt(readFileSync(path, 'utf8'), 10)] : [];
  });
}

/** For a run that ends now, as an interrupted vitest does: there is no time but for a signal. */
export function abandonRun(run: string): void {
  for (const pid of serversIn(run)) abort(pid);
  rmSync(run, { recursive: true, force: true, maxRetries: 10 });
}

function abort(server: number): void {
  try {
    process.kill(server, 'SIGQUIT');
  } catch (error) {
    // It has crashed, and left its file.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** Stops and removes what runs that were killed have left, and kept databases that are old. */
export async function sweepRuns(): Promise<void> {
  for (const parent of new Set([MEMORY, tmpdir()])) {
    for (const name of await readdir(parent).catch(() => [])) {
      if (name.startsWith(PREFIX))
        await sweep(join(parent, name), Number.parseInt(name.slice(PREFIX.length), 10));
    }
  }
}

async function sweep(run: string, runner: number): Promise<void> {
  const found = await stat(run).catch(() => undefined);
  if (found === undefined || found.uid !== process.getuid?.() || (await identityOf(runner)) !== undefined)
    return;
  const main = join(run, 'main', 'postgres');
  if (existsSync(main) && (await countMembers(main)) > 0) return;
  const servers = serversIn(run);
  if (servers.length === 0 && Date.now() - found.mtimeMs < KEPT_MS) return;
  for (const pid of servers) {
    if ((await commandOf(pid)).includes(run)) abort(pid);
  }
  await rm(run, { recursive: true, force: true, maxRetries: 10 });
}
