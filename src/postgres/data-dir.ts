import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PermanentError, reasonOf, UsageError } from '../errors.ts';
import { codeOf } from './lock.ts';
import { type Account, canReach, serverAccount } from './os-user.ts';

/** The paths of a cluster, and the user of its server. */
export interface Place {
  /** The real path of the folder that contains the others. */
  readonly folder: string;
  /** Postgres's data directory. It does not exist until a cluster is complete. */
  readonly data: string;
  /** JSON with the password and the port, mode 0600. */
  readonly access: string;
  readonly log: string;
  readonly lock: string;
  /** The server's user; undefined if it runs as this process's. */
  readonly account: Account | undefined;
}

/** The folder for root's clusters if their own folder is below one that only root can enter. */
const STATE_ROOT = '/var/lib/pylon-sync';

/**
 * The mode of root's folders: others can pass through but not list them, so that the server's user can reach its
 * data.
 */
const PASSABLE = 0o711;
const PRIVATE = 0o700;

/**
 * Opens `<dataDir>/postgres`, or creates it. If this process is root and the server's user cannot reach that folder
 * (a clone below root's home), it becomes a link to one below `stateRoot`.
 *
 * @throws UsageError when no folder can be made, PermanentError when the folder belongs to another user.
 */
export async function openPlace(dataDir: string, stateRoot = STATE_ROOT): Promise<Place> {
  const isRoot = process.getuid?.() === 0;
  const home = resolve(dataDir, 'postgres');
  try {
    if ((await ownerOf(home)) === undefined) {
      await mkdir(resolve(dataDir), { recursive: true });
      // The folder is new, or was created for this purpose, so that the mode exposes nothing else in it.
      if (isRoot && (await readdir(dataDir)).length === 0) await chmod(resolve(dataDir), PASSABLE);
      const account = await serverAccount(undefined);
      if (account === undefined || (await canReach(account, await realpath(dataDir)))) {
        await makeFolder(home, isRoot ? PASSABLE : PRIVATE);
      } else {
        await linkElsewhere(home, stateRoot);
      }
    }
    const folder = await realpath(home);
    const data = join(folder, 'data');
    const account = await serverAccount((await ownerOf(data)) ?? (await ownerOf(folder)));
    if (account !== undefined && !(await canReach(account, folder))) {
      throw new UsageError(
        `the server's user ${account.name} cannot reach ${folder}: let others pass through the folders above it (chmod o+x), or set PYLON_SYNC_DATA_DIR to a folder it can reach`,
      );
    }
    const path = (name: string) => join(folder, name);
    return {
      folder,
      data,
      access: path('access.json'),
      log: path('server.log'),
      lock: path('lock'),
      account,
    };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const link = await readlink(home).catch(() => undefined);
    if (link !== undefined && codeOf(cause) === 'EEXIST') {
      throw new PermanentError(
        `${home} is a link to ${link}, where no cluster is: put it back, or remove the link to start anew`,
        { cause },
      );
    }
    throw new UsageError(
      `cannot use ${home} for the embedded Postgres (${reasonOf(cause)}): set PYLON_SYNC_DATA_DIR to a folder you own, or DATABASE_URL=postgres://… to use a server of your own`,
      { cause },
    );
  }
}

async function ownerOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ uid }) => uid,
    (error) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    },
  );
}

async function makeFolder(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path);
    await chmod(path, mode);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || (await ownerOf(path)) === undefined) throw error;
  }
}

async function linkElsewhere(home: string, stateRoot: string): Promise<void> {
  await mkdir(stateRoot, { recursive: true });
  const target = join(stateRoot, randomBytes(8).toString('hex'));
  await mkdir(target);
  await chmod(target, PASSABLE);
  try {
    await symlink(target, home);
  } catch (error) {
    await rm(target, { recursive: true });
    // Another command has created it first; use that one.
    if (codeOf(error) !== 'EEXIST' || (await ownerOf(home)) === undefined) throw error;
  }
}

/** Changes the owner of a path to the server's user, if that is another. */
export async function giveTo(account: Account | undefined, path: string): Promise<void> {
  if (account !== undefined) await chown(path, account.uid, account.gid);
}

/** Writes a file that only this process's user may read. */
export async function writePrivately(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
}
