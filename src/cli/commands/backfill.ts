import type { Command } from 'commander';
import { addName, dateOption } from '../args/options.ts';
import type { Run } from '../process/shell.ts';
import type { BackfillFlags } from '../work/backfill.ts';

export function addBackfill(program: Command, run: Run): void {
  program
    .command('backfill')
    .description('read everything once; resumes an interrupted backfill')
    .option('--resource <name>', 'only this resource (may be repeated)', addName)
    .option('--since <date>', 'first created_at to read, of resources listed by time', dateOption('--since'))
    .option('--until <date>', 'created_at before which to read', dateOption('--until'))
    .action((flags: BackfillFlags) =>
      run(async (shell) => (await import('../work/backfill.ts')).runBackfill(shell, flags)),
    );
}
