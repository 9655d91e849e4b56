import type { Command } from 'commander';
import { addName } from '../args/options.ts';
import type { Run } from '../process/shell.ts';

export function addSync(program: Command, run: Run): void {
  program
    .command('sync')
    .description('pull once what changed since the last time')
    .option('--resource <name>', 'only this resource (may be repeated)', addName)
    .action(({ resource = [] }: { readonly resource?: readonly string[] }) =>
      run(async (shell) => {
        const { runOneShot } = await import('../work/one-shot.ts');
        return runOneShot(shell, { command: 'sync', arguments: { resources: resource } });
      }),
    );
}
