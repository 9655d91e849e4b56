import type { Database } from '../../db/connection/connect.ts';
import { readStatus, type Status } from '../../db/status/status.ts';
import { resources } from '../../resources/index.ts';
import { withCommands } from '../process/called.ts';
import type { Shell } from '../process/shell.ts';
import { statusText } from '../render/status-text.ts';
import { withDatabase } from '../runtime/database.ts';
import { requireMigrations } from '../runtime/migrated.ts';
import { setUp } from '../runtime/setup.ts';

/** Prints the state of the mirror. Returns the exit status. */
export async function runStatus(shell: Shell, { json }: { readonly json: boolean }): Promise<number> {
  const status = await withDatabase(setUp(shell, { token: false }), statusOf);
  const text = json ? JSON.stringify(status, null, 2) : withCommands(statusText(status, Date.now()), shell);
  shell.stdout.write(`${text}\n`);
  return 0;
}

async function statusOf(db: Database): Promise<Status> {
  await requireMigrations(db);
  return readStatus(db, resources);
}
