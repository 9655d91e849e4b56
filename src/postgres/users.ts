import { randomUUID } from 'node:crypto';
import { readdir, readlink, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { identityOf, isRunning } from './process.ts';

/**
 * Which processes use a server: a symbolic link each in its folder, `user.<nonce>`, whose target names the
 * process. Read and changed under the folder's lock only.
 */
const PREFIX = 'user.';

/** Enters this process; the result takes it out again. */
export async function enter(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, `${PREFIX}${randomUUID()}`);
  await symlink((await identityOf(process.pid)) ?? String(process.pid), path);
  return () => unlink(path);
}

/** Number of uses by processes that still run; the entries of those that died are removed. */
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
