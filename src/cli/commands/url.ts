import type { Command } from 'commander';
import type { Run } from '../process/shell.ts';

export function addUrl(program: Command, run: Run): void {
  program
    .command('url')
    .description('print how to connect to the embedded Postgres that runs here')
    .action(() => run(async (shell) => (await import('../work/url.ts')).runUrl(shell)));
}
