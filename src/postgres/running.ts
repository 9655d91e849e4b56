import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE, readAccess, urlOf } from './credentials.ts';
import { openPlace } from './data-dir.ts';
import { runningServer } from './server.ts';

/**
 * The URL, with its password, of the server that runs in a data folder; undefined if none does. Starts and creates
 * nothing.
 *
 * @throws PermanentError if the password of a running server cannot be read.
 */
export async function runningUrl(dataDir: string): Promise<string | undefined> {
  if (!existsSync(join(dataDir, 'postgres'))) return undefined;
  const place = await openPlace(dataDir);
  const running = await runningServer(place);
  if (running === undefined) return undefined;
  return urlOf({ ...(await readAccess(place)), port: running.port }, DATABASE);
}
