import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { copyCluster, test } from './folder.ts';

const portIn = async (dataDir: string): Promise<number> =>
  JSON.parse(await readFile(join(dataDir, 'postgres', 'access.json'), 'utf8')).port;

test('copies of a cluster, whose servers run side by side, have a port each', async ({ usedDir }) => {
  const ports = await Promise.all([usedDir, await copyCluster(), await copyCluster()].map(portIn));
  expect(new Set(ports).size).toBe(3);
});
