import type { Command } from 'commander';
import { addName } from '../args/options.ts';
import type { Run } from '../process/shell.ts';
import type { PurgeFlags } from '../work/purge.ts';

export function addPurge(program: Command, run: Run): void {
  program
    .command('purge')
    .description('erase all that is kept of a deleted record: its content, its edits and its child records')
    .requiredOption('--record <id>', 'the record')
    .option('--resource <name>', 'look only in this resource (may be repeated)', addName)
    .option('--dry-run', 'only count')
    .option('--json', 'as JSON')
    .action((flags: PurgeFlags) =>
      run(async (shell) => (await import('../work/purge.ts')).runPurge(shell, flags)),
    );
}
