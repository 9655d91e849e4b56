import type { Command } from 'commander';
import type { Database } from '../db/connect.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { readStatus, type Status } from '../db/status.ts';
import { PermanentError } from '../errors.ts';
import { plural } from '../figures.ts';
import { resources } from '../resources/index.ts';
import { withDatabase } from './database.ts';
import { setUp } from './setup.ts';
import type { Run } from './shell.ts';
import { statusText } from './status-text.ts';

export function addStatus(program: Command, run: Run): void {
  program
    .command('status')
    .description('say how the mirror is doing')
    .option('--json', 'as JSON')
    .action((flags: { readonly json?: boolean }) =>
      run(async (shell) => {
        const status = await withDatabase(setUp(shell, { token: false }), statusOf);
        const text = flags.json ? JSON.stringify(status, null, 2) : statusText(status, Date.now());
        shell.stdout.write(`${text}\n`);
        return 0;
      }),
    );
}

async function statusOf(db: Database): Promise<Status> {
  const pending = await pendingMigrations(db.pool);
  if (pending > 0) {
    throw new PermanentError(
      `the database lacks ${plural(pending, 'migration')}: run \`pylon-sync migrate\``,
    );
  }
  return readStatus(db, resources);
}
