import { chown, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { connect } from '../../src/db/connection/connect.ts';
import { writesRefused } from '../../src/db/status/server.ts';
import { test } from './folder.ts';
import { start } from './start.ts';

/** Why the server of a data folder takes no writes. */
async function refusalOf(dataDir: string): Promise<string | undefined> {
  const server = await start(dataDir);
  const db = await connect(server.url);
  const refused = await writesRefused(db.pool);
  await db.close();
  await server.stop();
  return refused;
}

test('a standby, which can be read, is told from a server that takes writes', async ({ usedDir }) => {
  expect(await refusalOf(usedDir)).toBeUndefined();
  const data = join(usedDir, 'postgres', 'data');
  await writeFile(join(data, 'standby.signal'), '');
  // The server may run as another user.
  const { uid, gid } = await stat(join(data, 'PG_VERSION'));
  await chown(join(data, 'standby.signal'), uid, gid);
  expect(await refusalOf(usedDir)).toMatch(/read-write mode during recovery/);
});
