import type { Command } from 'commander';
import type { Run } from '../process/shell.ts';

export function addDemo(program: Command, run: Run): void {
  program
    .command('demo')
    .description('sandbox and daemon on a database of their own, which is removed when the demo stops')
    .action(() => run(async (shell) => (await import('../work/demo.ts')).runDemo(shell)));
}
