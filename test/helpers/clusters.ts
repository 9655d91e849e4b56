import { existsSync, readFileSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../src/postgres/embedded.ts';
import { countMembers } from '../../src/postgres/members.ts';

/** Folders of test clusters. */
const PREFIX = 'pylon-sync-test-';

/** Memory, where the system has such a folder: copying a database there takes a tenth of the time. */
const MEMORY = '/dev/shm';
const ENOUGH = 2 * 1024 ** 3;

/** How long a cluster with the databases of failed tests is kept; so is one that is being set up. */
const KEPT_MS = 2 * 3600 * 1000;

/** A folder for a cluster of this run. Databases are small: what a container gives to memory will not do. */
export async function makeClusterFolder(): Promise<string> {
  const memory = await statfs(MEMORY).catch(() => undefined);
  const roomy = memory !== undefined && memory.bavail * memory.bsize > ENOUGH;
  const folder = await mkdtemp(join(roomy ? MEMORY : tmpdir(), PREFIX));
  // The server may run as another user, who has to pass through.
  await chmod(folder, 0o711);
  return folder;
}

/** Stops and removes the clusters of runs that were killed, and kept ones that are old. */
export async function sweepClusters(): Promise<void> {
  for (const parent of new Set([MEMORY, tmpdir()])) {
    for (const name of await readdir(parent).catch(() => [])) {
      if (name.startsWith(PREFIX)) await sweep(join(parent, name));
    }
  }
}

async function sweep(dataDir: string): Promise<void> {
  const folder = join(dataDir, 'postgres');
  const found = await stat(dataDir).catch(() => undefined);
  if (found === undefined || found.uid !== process.getuid?.()) return;
  const isServing = existsSync(join(folder, 'data', 'postmaster.pid'));
  const isOld = Date.now() - found.mtimeMs > KEPT_MS;
  if (!isServing && !isOld) return;
  if (existsSync(folder)) {
    if ((await countMembers(folder)) > 0) return;
    if (isServing) await (await startEmbedded({ dataDir })).stop();
    // One that was just being started has its user by now.
    if ((await countMembers(folder)) > 0) return;
  }
  await rm(dataDir, { recursive: true, force: true });
}

/** For a process that ends now, as an interrupted vitest does: there is no time but for a signal. */
export function abandonCluster(dataDir: string): void {
  const pidFile = join(dataDir, 'postgres', 'data', 'postmaster.pid');
  if (existsSync(pidFile)) process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGQUIT');
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
}
