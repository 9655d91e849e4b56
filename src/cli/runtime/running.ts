import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentError, UsageError } from '../../errors.ts';
import { runningUrl } from '../../postgres/running.ts';

/**
 * The URL of the embedded server that runs in the data folder, else of that of the one demo that runs there. Starts
 * nothing.
 *
 * @throws PermanentError where none runs, with `advice` at its end; UsageError where several demos do.
 */
export async function findRunning(dataDir: string, advice: string): Promise<string> {
  const own = await runningUrl(dataDir);
  if (own !== undefined) return own;
  const [only, ...others] = await demosIn(dataDir);
  if (only === undefined) throw new PermanentError(`no Postgres runs in ${dataDir}: ${advice}`);
  if (others.length > 0)
    throw new UsageError(
      `several demos run: set PYLON_SYNC_DATA_DIR to one of ${[only, ...others].map(({ folder }) => folder).join(', ')}`,
    );
  return only.url;
}

interface Demo {
  readonly folder: string;
  readonly url: string;
}

/** The demos that run in the data folder. */
export async function demosIn(dataDir: string): Promise<readonly Demo[]> {
  const names = (await readdir(dataDir).catch(() => [])).filter((name) => /^demo-\d+$/.test(name));
  const demos: Demo[] = [];
  for (const name of names) {
    const folder = join(dataDir, name);
    const url = await runningUrl(folder);
    if (url !== undefined) demos.push({ folder, url });
  }
  return demos;
}
