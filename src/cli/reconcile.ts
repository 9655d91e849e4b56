import type { Command } from 'commander';
import type { Resource } from '../resources/define.ts';
import { runOneShot } from './one-shot.ts';
import { addResource, wholeOption } from './options.ts';
import type { Run } from './shell.ts';

interface ReconcileFlags {
  readonly resource?: readonly Resource[];
  readonly approve?: number;
}

export function addReconcile(program: Command, run: Run): void {
  program
    .command('reconcile')
    .description('compare everything with Pylon now: finds deletions, and what was missed')
    .option('--resource <name>', 'only this resource (may be repeated)', addResource)
    .option('--approve <scan>', 'let this stopped deletion scan through', wholeOption('--approve', 1, 1e15))
    .action(({ resource = [], approve }: ReconcileFlags) =>
      run((shell) =>
        runOneShot(shell, {
          command: 'reconcile',
          arguments: {
            resources: resource.map(({ name }) => name),
            ...(approve === undefined ? {} : { approve }),
          },
        }),
      ),
    );
}
