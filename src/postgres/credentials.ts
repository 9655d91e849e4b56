import { randomBytes } from 'node:crypto';
import { chown, readFile, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { PermanentError } from '../errors.ts';
import { type Place, writePrivately } from './data-dir.ts';

/** How to reach a cluster. Stored beside it, so that its URL stays the same from start to start. */
export interface Access {
  readonly password: string;
  readonly port: number;
}

/** The name of the mirror's database. */
export const DATABASE = 'pylon_sync';
export const SUPERUSER = 'postgres';

export function urlOf({ password, port }: Access, database: string): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
}

/** A free port of the loopback address: `wanted` if it is free. */
export async function freePort(wanted?: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', (error) => (wanted === undefined ? reject(error) : resolve(freePort())));
    probe.listen(wanted ?? 0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

export async function newAccess(): Promise<Access> {
  return { password: randomBytes(24).toString('base64url'), port: await freePort() };
}

/** Reads how to reach a cluster. Throws a PermanentError if the file of an existing cluster is missing or damaged. */
export async function readAccess(place: Place): Promise<Access> {
  try {
    const { password, port } = JSON.parse(await readFile(place.access, 'utf8')) as Partial<Access>;
    if (typeof password === 'string' && typeof port === 'number') return { password, port };
    throw new Error('password or port is missing');
  } catch (cause) {
    throw new PermanentError(
      `cannot read ${place.access}, which holds the password of the cluster beside it: restore it, or remove ${place.folder} to start with an empty database`,
      { cause },
    );
  }
}

/** Replaces the file atomically; its owner is that of the folder. */
export async function writeAccess(place: Place, access: Access): Promise<void> {
  const draft = `${place.access}.new`;
  await writePrivately(draft, `${JSON.stringify(access)}\n`);
  const { uid, gid } = await stat(place.folder);
  await chown(draft, uid, gid);
  await rename(draft, place.access);
}
