import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { exclusively } from '../../src/postgres/lock.ts';
import { identityOf } from '../../src/postgres/process.ts';
import { test } from './folder.ts';

const GONE = '7d1e4a0c-0000-4000-8000-000000000000 4194304 1';

describe('a lock', () => {
  test('lets one in at a time, also when many find that its holder has died', async ({ dataDir }) => {
    const path = join(dataDir, 'lock');
    await symlink(GONE, path);
    let inside = 0;
    let most = 0;
    const visits = Array.from({ length: 30 }, () =>
      exclusively(path, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await sleep(2);
        inside -= 1;
      }),
    );
    await Promise.all(visits);
    expect(most).toBe(1);
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('is broken although the one who was breaking it has died too', async ({ dataDir }) => {
    const path = join(dataDir, 'lock');
    await symlink(GONE, path);
    await symlink(GONE, `${path}.${GONE.split(' ')[0]}`);
    expect(await exclusively(path, async () => 'in')).toBe('in');
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('is given back by work that fails', async ({ dataDir }) => {
    const path = join(dataDir, 'lock');
    await expect(exclusively(path, () => Promise.reject(new Error('as it may')))).rejects.toThrow(
      'as it may',
    );
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('names its holder to one who has waited too long', async ({ dataDir }) => {
    const path = join(dataDir, 'lock');
    await symlink(`a-nonce ${await identityOf(process.pid)}`, path);
    await expect(exclusively(path, async () => {}, 30)).rejects.toThrow(`held by process ${process.pid}`);
  });
});
