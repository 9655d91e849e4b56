import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import { addName, wholeOption } from '../args/options.ts';
import type { Run } from '../process/shell.ts';

interface ReconcileFlags {
  readonly resource?: readonly string[];
  readonly approve?: number;
  readonly deep?: boolean;
}

export function addReconcile(program: Command, run: Run): void {
  program
    .command('reconcile')
    .description('compare everything with Pylon now: finds deletions, and what was missed')
    .option('--resource <name>', 'only this resource (may be repeated)', addName)
    .option('--approve <scan>', 'approve this stopped deletion scan', wholeOption('--approve', 1, 1e15))
    .option(
      '--deep',
      'compare contents, not digests, and read the children of every parent again: repairs rows that were damaged here',
    )
    .action(({ resource = [], approve, deep = false }: ReconcileFlags) =>
      run(async (shell) => {
        if (deep && approve !== undefined)
          throw new UsageError('--approve approves one scan and --deep compares everything: give one');
        if (resource.length > 0 && approve !== undefined)
          throw new UsageError(
            '--approve approves one scan, of the resource it is of, and --resource compares others: give one',
          );
        const { runOneShot } = await import('../work/one-shot.ts');
        return runOneShot(shell, {
          command: 'reconcile',
          arguments: {
            resources: resource,
            ...(approve === undefined ? {} : { approve }),
            ...(deep ? { deep } : {}),
          },
        });
      }),
    );
}
