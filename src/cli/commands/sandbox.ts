import type { Command } from 'commander';
import { wholeOption } from '../args/options.ts';
import type { Run } from '../process/shell.ts';
import type { SandboxFlags } from '../work/sandbox.ts';

export function addSandbox(program: Command, run: Run): void {
  program
    .command('sandbox')
    .description('a Pylon stand-in with made-up data, until it is stopped')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes any free one', wholeOption('--port', 0, 65_535), 8090)
    .option('--seed <n>', 'another seed makes other data', wholeOption('--seed', 0, 2 ** 32 - 1), 1)
    .option('--issues <n>', 'how many issues to make up', wholeOption('--issues', 0, 10_000_000), 200)
    .option(
      '--traps',
      'data that breaks careless readers: nasty text, odd times, links that change at every read',
    )
    .action((flags: SandboxFlags) =>
      run(async (shell) => (await import('../work/sandbox.ts')).runSandbox(shell, flags)),
    );
}
