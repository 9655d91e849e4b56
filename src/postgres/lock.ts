import { randomUUID } from 'node:crypto';
import { readlink, symlink, unlink } from 'node:fs/promises';
import { TransientError } from '../errors.ts';
import { sleep } from '../sleep.ts';
import { identityOf, isRunning } from './process.ts';

/** Milliseconds to wait for another process, which may do its first start or a forced shutdown. */
const WAIT_MS = 120_000;
const POLL_MS = 20;

/** The code of a system error; undefined for any other value. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

async function holderOf(path: string): Promise<string | undefined> {
  return readlink(path).catch((error) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}

/**
 * Runs `work` while no other process runs its own under the same `path`.
 *
 * The lock is a symbolic link whose target identifies its holder: it is created together with its content, so that
 * nobody reads a partial one. A lock of a dead process is removed under a lock of its own (`<path>.<nonce>`): if two
 * processes find it, the second sees that it is gone and cannot remove its successor.
 *
 * @throws TransientError, which names the holder, if it stays locked.
 */
export async function exclusively<T>(path: string, work: () => Promise<T>, waitMs = WAIT_MS): Promise<T> {
  const nonce = randomUUID();
  const claim = `${nonce} ${await identityOf(process.pid)}`;
  const giveUpAt = performance.now() + waitMs;
  while (!(await claimed(path, claim))) {
    const holder = await holderOf(path);
    if (holder === undefined) continue;
    const [itsNonce = '', identity = ''] = split(holder);
    if (!(await isRunning(identity))) {
      await exclusively(`${path}.${itsNonce}`, async () => {
        if ((await holderOf(path)) === holder) await unlink(path);
      });
      continue;
    }
    if (performance.now() > giveUpAt) {
      throw new TransientError(`${path} has been held by process ${identity.split(' ')[0]} for ${waitMs} ms`);
    }
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await unlink(path).catch((error) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
  }
}

function split(holder: string): readonly string[] {
  const space = holder.indexOf(' ');
  return [holder.slice(0, space), holder.slice(space + 1)];
}

async function claimed(path: string, claim: string): Promise<boolean> {
  try {
    await symlink(claim, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
