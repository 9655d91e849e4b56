import { readStatus } from '../../db/status/status.ts';
import { resources } from '../../resources/index.ts';
import { withCommands } from '../process/called.ts';
import type { Shell } from '../process/shell.ts';
import { statusText } from '../render/status-text.ts';
import { withMigrated } from '../runtime/migrated.ts';
import { setUp } from '../runtime/setup.ts';

/** Prints the state of the mirror. Returns the exit status. */
export async function runStatus(shell: Shell, { json }: { readonly json: boolean }): Promise<number> {
  const status = await withMigrated(setUp(shell, { token: false }), (db) => readStatus(db, resources));
  const text = json ? JSON.stringify(status, null, 2) : withCommands(statusText(status, Date.now()), shell);
  shell.stdout.write(`${text}\n`);
  return 0;
}
