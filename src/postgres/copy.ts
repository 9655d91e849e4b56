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
 * npm packages cannot hold symbolic links: those of the libraries stand in `pg-symlinks.json`, and the
 * package's install script makes them, unless scripts are off. Makes the missing ones; answers the error
 * where the folder cannot be written.
 */
export async function mendLinks(root: string): Promise<Error | undefined> {
  const text = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(text) as readonly { readonly source: string; readonly target: string }[];
  try {
    for (const { source, target } of links) {
      // Both are given from the package's folder, which holds `native`: this root.
      const path = join(root, '..', target);
      await symlink(relative(dirname(target), source), path).catch((error) => {
        if (codeOf(error) !== 'EEXIST') throw error;
      });
    }
  } catch (error) {
    return error as Error;
  }
}

/** Folders for copies: none that only this process may enter, none that is swept while a server runs. */
function cacheFolders(account: Account | undefined): readonly string[] {
  const last = join(tmpdir(), `pylon-sync-${process.getuid?.()}`);
  return account === undefined
    ? [join(homedir(), '.cache', 'pylon-sync'), last]
    : ['/var/cache/pylon-sync', last];
}

/**
 * Copies the programs to where the server's user can run them and nobody else can change them; `proof`
 * says whether they run there. One copy a build, made under another name first and kept for later starts.
 * `undefined` where nothing can be copied: a system's own programs belong where they are.
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
        // Thinned out by whatever clears old files away.
        await rm(dirname(target), { recursive: true, force: true });
      }
      await copyWhole(root, dirname(target));
      return { root: target, proof: await proof(target) };
    } catch {
      // Read-only, mounted noexec, or another's: the next folder, else the reason of the original.
    }
  }
  return undefined;
}

/** Makes a folder of this user's that no one else can write to, or refuses the one that is there. */
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
    // Made by another command meanwhile.
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Everyone may read and run what an install under a strict umask kept to its owner. */
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
