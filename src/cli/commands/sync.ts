import type { Command } from 'commander';
import type { Resource } from '../../resources/define.ts';
import { addResource } from '../args/options.ts';
import type { Run } from '../process/shell.ts';
import { runOneShot } from './one-shot.ts';

export function addSync(program: Command, run: Run): void {
  program
    .command('sync')
    .description('pull once what changed since the last time')
    .option('--resource <name>', 'only this resource (may be repeated)', addResource)
    .action(({ resource = [] }: { readonly resource?: readonly Resource[] }) =>
      run((shell) =>
        runOneShot(shell, { command: 'sync', arguments: { resources: resource.map(({ name }) => name) } }),
      ),
    );
}
