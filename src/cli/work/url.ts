import { UsageError } from '../../errors.ts';
import type { Shell } from '../process/shell.ts';
import { findRunning } from '../runtime/running.ts';
import { setUp } from '../runtime/setup.ts';

/** What to do where nothing runs. */
const ADVICE =
  '`pylon-sync start` or `pylon-sync demo` starts one, and PYLON_SYNC_DATA_DIR names another folder';

/** Prints the address of the embedded Postgres that runs here. Returns the exit status. */
export async function runUrl(shell: Shell): Promise<number> {
  const { config } = setUp(shell, { token: false });
  if (config.databaseUrl !== undefined)
    throw new UsageError('DATABASE_URL is set: that is how to connect; `url` is for the embedded Postgres');
  const url = await findRunning(config.dataDir, ADVICE);
  shell.stdout.write(`${url}\n`);
  return 0;
}
