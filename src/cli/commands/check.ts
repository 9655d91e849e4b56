import type { Command } from 'commander';
import type { Run } from '../process/shell.ts';

export function addCheck(program: Command, run: Run): void {
  program
    .command('check')
    .description('look at configuration, token, database and migrations, and name every problem at once')
    .action(() => run(async (shell) => (await import('../work/check.ts')).runCheck(shell)));
}
