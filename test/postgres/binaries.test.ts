import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { type Binaries, findBinaries } from '../../src/postgres/binaries.ts';
import { copyBinaries } from '../../src/postgres/copy.ts';
import { serverAccount } from '../../src/postgres/os-user.ts';
import { test } from './folder.ts';

const account = await serverAccount(undefined);
const search = { given: process.env.TEST_POSTGRES_BINARIES, path: undefined, account, major: undefined };

/** A package as `npm ci --ignore-scripts` unpacks it below a folder of root's: no links, 0600 and 0700. */
async function unpacked(found: Binaries, folder: string): Promise<string> {
  const root = join(found.bin, '..');
  for (const name of await readdir(root, { recursive: true })) {
    const [source, target] = [join(root, name), join(folder, 'native', name)];
    const kind = await stat(source);
    await mkdir(join(target, '..'), { recursive: true });
    if (kind.isFile() && (await readFile(source)).length > 0) await copyFile(source, target);
  }
  const links = JSON.parse(await readFile(join(root, 'pg-symlinks.json'), 'utf8'));
  for (const { target } of links) await rm(join(folder, target));
  await chmod(folder, 0o700);
  return join(folder, 'native');
}

describe('the programs of Postgres', () => {
  test('run although the links between their libraries were never made', async ({ dataDir }) => {
    const root = await unpacked(await findBinaries(search), dataDir);
    await chmod(dataDir, 0o711);
    const found = await findBinaries({ ...search, given: root });
    expect(found.bin).toBe(join(root, 'bin'));
  });

  test('are copied to where the user of the server can run them, once', async ({ dataDir }) => {
    await mkdir(join(dataDir, 'private'));
    const root = await unpacked(await findBinaries(search), join(dataDir, 'private'));
    const cache = join(dataDir, 'cache');
    const prove = async (copy: string) => (await findBinaries({ ...search, given: copy })).major;
    const first = await copyBinaries(root, account, prove, [cache]);
    expect(first?.proof).toBeGreaterThanOrEqual(14);
    const made = await stat(first?.root ?? '');
    const second = await copyBinaries(root, account, prove, [cache]);
    expect(second).toEqual(first);
    expect((await stat(second?.root ?? '')).ino).toBe(made.ino);
    expect(await readdir(cache)).toHaveLength(1);
  });

  test('are copied anew when part of the copy has been cleared away', async ({ dataDir }) => {
    const root = join((await findBinaries(search)).bin, '..');
    const cache = join(dataDir, 'cache');
    const prove = async (copy: string) => (await findBinaries({ ...search, given: copy })).major;
    const first = await copyBinaries(root, account, prove, [cache]);
    await rm(join(first?.root ?? '', 'bin', 'initdb'));
    expect(await copyBinaries(root, account, prove, [cache])).toEqual(first);
  });

  test('are not copied to a folder that others could write to or have put in the way', async ({
    dataDir,
  }) => {
    const root = join((await findBinaries(search)).bin, '..');
    await mkdir(join(dataDir, 'open'));
    await chmod(join(dataDir, 'open'), 0o777);
    await symlink(join(dataDir, 'open'), join(dataDir, 'link'));
    const folders = [join(dataDir, 'open'), join(dataDir, 'link')];
    expect(await copyBinaries(root, account, async () => 18, folders)).toBeUndefined();
    expect(await readdir(join(dataDir, 'open'))).toEqual([]);
  });

  test('are named with the reason when they do not run', async ({ dataDir }) => {
    await mkdir(join(dataDir, 'bin'));
    for (const program of ['initdb', 'postgres']) {
      const path = join(dataDir, 'bin', program);
      await writeFile(path, '#!/bin/sh\necho "postgres (PostgreSQL) 13.9"\n');
      await chmod(path, 0o755);
    }
    await expect(findBinaries({ ...search, given: dataDir })).rejects.toThrow(
      `${join(dataDir, 'bin')}: version 13 is older than 14`,
    );
    await expect(findBinaries({ ...search, given: join(dataDir, 'none') })).rejects.toThrow('ENOENT');
  });
});
