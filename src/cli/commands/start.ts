import type { Command } from 'commander';
import type { Run } from '../process/shell.ts';

export function addStart(program: Command, run: Run): void {
  program
    .command('start')
    .description('the daemon: migrate, catch up, then go on by schedule until it is stopped')
    .action(() => run(async (shell) => (await import('../work/start.ts')).runStart(shell)));
}
