import { once } from 'node:events';
import type { Command } from 'commander';
import { PermanentError } from '../../errors.ts';
import { plural } from '../../format.ts';
import { startSandbox } from '../../sandbox/start.ts';
import { wholeOption } from '../args/options.ts';
import type { Run, Shell } from '../process/shell.ts';

interface SandboxFlags {
  readonly port: number;
  readonly seed: number;
  readonly issues: number;
  readonly traps?: true;
}

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
    .action((flags: SandboxFlags) => run((shell) => runSandbox(shell, flags)));
}

async function runSandbox({ stdout, signal }: Shell, flags: SandboxFlags): Promise<number> {
  const sandbox = await startSandbox({
    port: flags.port,
    seed: flags.seed,
    issues: flags.issues,
    traps: flags.traps === true,
  }).catch((cause: unknown) => {
    throw new PermanentError(`cannot listen on 127.0.0.1:${flags.port} (--port; 0 takes any free one)`, {
      cause,
    });
  });
  try {
    stdout.write(
      `A Pylon stand-in with ${plural(flags.issues, 'issue')} answers at ${sandbox.url} until Ctrl-C. To use it:\n\n` +
        `  PYLON_API_URL=${sandbox.url} PYLON_API_TOKEN=${sandbox.token} npm run -s pylon-sync -- backfill\n`,
    );
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await sandbox.close();
  }
  return 0;
}
