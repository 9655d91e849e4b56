import type { Command } from 'commander';
import type { Run } from '../process/shell.ts';

export function addSql(program: Command, run: Run): void {
  program
    .command('sql')
    .argument('[statements]', 'what to run; else what stdin holds, or a prompt on a terminal')
    .description('run SQL on the database, without psql')
    .action((given: string | undefined) =>
      run(async (shell) => (await import('../work/sql.ts')).runSql(shell, given)),
    );
}
