import { randomUUID } from 'node:crypto';
import { readdir, readlink, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { identityOf, isRunning } from './process.ts';

/**
 * The prefix of the files that list the processes which use a server: one symbolic link per use, `user.<nonce>`,
 * whose target identifies the process. Read and changed only under the folder's lock.
 */
const PREFIX = 'user.';

/** Adds a use by this process. Returns a function that removes it. */
export async function enter(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, `${PREFIX}${randomUUID()}`);
  await symlink((await identityOf(process.pid)) ?? String(process.pid), path);
  return () => unlink(path);
}

/** The number of uses by running processes. Removes the entries of dead ones. */
export async function countMembers(folder: string): Promise<number> {
  let living = 0;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(folder, name);
    if (await isRunning(await readlink(path))) living += 1;
    else await unlink(path);
  }
  return living;
}
