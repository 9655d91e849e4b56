import type { Command } from 'commander';
import type { Run } from '../process/shell.ts';

export function addAlert(program: Command, run: Run): void {
  program
    .command('alert')
    .description('send a test to PYLON_SYNC_ALERT_URL and say what came back')
    .option('--test', 'send it')
    .action((flags: { readonly test?: boolean }) =>
      run(async (shell) => (await import('../work/alert.ts')).runAlert(shell, flags.test === true)),
    );
}
