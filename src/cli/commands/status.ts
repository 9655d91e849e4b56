import type { Command } from 'commander';
import type { Run } from '../process/shell.ts';

export function addStatus(program: Command, run: Run): void {
  program
    .command('status')
    .description('show the state of the mirror')
    .option('--json', 'as JSON')
    .action(({ json = false }: { readonly json?: boolean }) =>
      run(async (shell) => (await import('../work/status.ts')).runStatus(shell, { json })),
    );
}
