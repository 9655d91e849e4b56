import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import type { Resource } from '../../resources/define.ts';
import { addResource, wholeOption } from '../args/options.ts';
import type { Run } from '../process/shell.ts';
import { runOneShot } from './one-shot.ts';

interface ReconcileFlags {
  readonly resource?: readonly Resource[];
  readonly approve?: number;
  readonly deep?: boolean;
}

export function addReconcile(program: Command, run: Run): void {
  program
    .command('reconcile')
    .description('compare everything with Pylon now: finds deletions, and what was missed')
    .option('--resource <name>', 'only this resource (may be repeated)', addResource)
    .option('--approve <scan>', 'approve this stopped deletion scan', wholeOption('--approve', 1, 1e15))
    .option(
      '--deep',
      'compare contents, not digests, and read the children of every parent again: repairs rows that were damaged here',
    )
    .action(({ resource = [], approve, deep = false }: ReconcileFlags) =>
      run((shell) => {
        if (deep && approve !== undefined)
          throw new UsageError('--approve approves one scan and --deep compares everything: give one');
        return runOneShot(shell, {
          command: 'reconcile',
          arguments: {
            resources: resource.map(({ name }) => name),
            ...(approve === undefined ? {} : { approve }),
            ...(deep ? { deep } : {}),
          },
        });
      }),
    );
}
