import type { Command } from 'commander';
import type { Run } from '../process/shell.ts';

export function addMigrate(program: Command, run: Run): void {
  program
    .command('migrate')
    .description('apply the pending migrations to the database')
    .action(() => run(async (shell) => (await import('../work/migrate.ts')).runMigrate(shell)));
}
