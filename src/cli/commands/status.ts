import type { Command } from 'commander';
import type { Database } from '../../db/connection/connect.ts';
import { readStatus, type Status } from '../../db/status/status.ts';
import { resources } from '../../resources/index.ts';
import { withCommands } from '../process/called.ts';
import type { Run } from '../process/shell.ts';
import { statusText } from '../render/status-text.ts';
import { withDatabase } from '../runtime/database.ts';
import { requireMigrations } from '../runtime/migrated.ts';
import { setUp } from '../runtime/setup.ts';

export function addStatus(program: Command, run: Run): void {
  program
    .command('status')
    .description('show the state of the mirror')
    .option('--json', 'as JSON')
    .action((flags: { readonly json?: boolean }) =>
      run(async (shell) => {
        const status = await withDatabase(setUp(shell, { token: false }), statusOf);
        const text = flags.json
          ? JSON.stringify(status, null, 2)
          : withCommands(statusText(status, Date.now()), shell);
        shell.stdout.write(`${text}\n`);
        return 0;
      }),
    );
}

async function statusOf(db: Database): Promise<Status> {
  await requireMigrations(db);
  return readStatus(db, resources);
}
