import { createHash, randomUUID } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { codeOf } from './lock.ts';
import type { Account } from './os-user.ts';

/**
 * Creates the symbolic links of libraries that are missing. npm packages cannot contain links: the package's install
 * script creates those listed in `pg-symlinks.json`, unless scripts are disabled. Returns the error if the folder
 * cannot be written.
 */
export async function mendLinks(root: string): Promise<Error | undefined> {
  const text = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(text) as readonly { readonly source: string; readonly target: string }[];
  try {
    for (const { source, target } of links) {
      // Both paths are relative to the package's folder, which contains `native`: this root.
      const path = join(root, '..', target);
      await symlink(relative(dirname(target), source), path).catch((error) => {
        if (codeOf(error) !== 'EEXIST') throw error;
      });
    }
  } catch (error) {
    return error as Error;
  }
}

/** Folders for copies that other users can enter and that are not cleared while a server runs. */
function cacheFolders(account: Account | undefined): readonly string[] {
  const last = join(tmpdir(), `pylon-sync-${process.getuid?.()}`);
  return account === undefined
    ? [join(homedir(), '.cache', 'pylon-sync'), last]
    : ['/var/cache/pylon-sync', last];
}

/**
 * Copies the programs to a folder where the server's user can run them and nobody else can change them; `proof`
 * checks that they run there. There is one copy per build, created under a temporary name and kept for later starts.
 * Returns undefined if the programs are the system's own, which are not copied.
 */
export async function copyBinaries<T>(
  root: string,
  account: Account | undefined,
  proof: (root: string) => Promise<T>,
  folders = cacheFolders(account),
): Promise<{ readonly root: string; readonly proof: T } | undefined> {
  const server = await readFile(join(root, 'bin', 'postgres')).catch(() => undefined);
  const isWhole = await stat(join(root, 'pg-symlinks.json')).catch(() => undefined);
  if (server === undefined || isWhole === undefined) return undefined;
  const build = createHash('sha256').update(server).digest('hex').slice(0, 16);
  for (const folder of folders) {
    const target = join(folder, `postgres-${build}`, 'native');
    try {
      await openOwn(folder);
      if (existsSync(target)) {
        const earlier = await proof(target).catch(() => undefined);
        if (earlier !== undefined) return { root: target, proof: earlier };
        // A cleanup of old files may have removed some of them.
        await rm(dirname(target), { recursive: true, force: true });
      }
      await copyWhole(root, dirname(target));
      return { root: target, proof: await proof(target) };
    } catch {
      // The folder is read-only, mounted noexec, or another user's: try the next one. If none is left, the
      // original's error counts.
    }
  }
  return undefined;
}

/** Creates a folder of this user's that nobody else can write to. Throws if the existing one is different. */
async function openOwn(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  if (made !== undefined) await chmod(folder, 0o755);
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error(`${folder} may be changed by others`);
  }
}

async function copyWhole(root: string, target: string): Promise<void> {
  const draft = `${target}.${randomUUID()}`;
  try {
    await mkdir(draft);
    await chmod(draft, 0o755);
    await copyTree(root, join(draft, 'native'));
    const failure = await mendLinks(join(draft, 'native'));
    if (failure !== undefined) throw failure;
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another command has created it meanwhile.
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Copies a tree and lets everybody read and run it, even if it was installed under a strict umask. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else {
      await copyFile(source, target, constants.COPYFILE_FICLONE);
      await chmod(target, ((await stat(source)).mode & 0o100) === 0 ? 0o644 : 0o755);
    }
  }
}
