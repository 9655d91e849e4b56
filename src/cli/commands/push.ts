import type { Command } from 'commander';
import type { Run } from '../process/shell.ts';

export function addPush(program: Command, run: Run): void {
  program
    .command('push')
    .description('send the edits that are due, once')
    .option('--dry-run', 'only print the requests that would be sent')
    .action(({ dryRun = false }: { readonly dryRun?: boolean }) =>
      run(async (shell) => {
        const { runOneShot } = await import('../work/one-shot.ts');
        return runOneShot(shell, { command: 'push', arguments: { dryRun } });
      }),
    );
}
