import { chmod, mkdir, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { openPlace } from '../../src/postgres/data-dir.ts';
import { onServer } from '../helpers/server.ts';
import { test } from './folder.ts';
import { start } from './start.ts';

describe('the place of a cluster', () => {
  test('is the data folder, where the user of the server can reach it', async ({ dataDir }) => {
    const place = await openPlace(dataDir);
    expect(place.folder).toBe(join(await realpath(dataDir), 'postgres'));
    expect(await openPlace(dataDir)).toEqual(place);
  });

  test('is the data folder although it was made for its owner alone', async ({ dataDir }) => {
    await chmod(dataDir, 0o700);
    expect((await openPlace(dataDir)).folder).toBe(join(await realpath(dataDir), 'postgres'));
  });

  test('works below a folder that only its owner may enter', async ({ dataDir }) => {
    const hidden = join(dataDir, 'home');
    await mkdir(hidden);
    await chmod(hidden, 0o700);
    const embedded = await start(join(hidden, 'data'));
    expect(
      await onServer(embedded.url, async (client) => (await client.query('SELECT 1 AS n')).rows),
    ).toEqual([{ n: 1 }]);
    await embedded.stop();
    const again = await start(join(hidden, 'data'));
    expect(again.url).toBe(embedded.url);
    await again.stop();
    // Root's cluster lies elsewhere: the server's user cannot pass the folder.
    const elsewhere = await readlink(join(hidden, 'data', 'postgres')).catch(() => undefined);
    expect(elsewhere !== undefined).toBe(process.getuid?.() === 0);
    if (elsewhere !== undefined) await rm(elsewhere, { recursive: true });
  });

  test('is refused where something else stands in its way', async ({ dataDir }) => {
    await writeFile(join(dataDir, 'file'), '');
    await expect(openPlace(join(dataDir, 'file'))).rejects.toThrow(
      /cannot use .*file\/postgres for the embedded Postgres \(.*PYLON_SYNC_DATA_DIR.*DATABASE_URL/,
    );
  });
});
