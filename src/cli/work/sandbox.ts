import { once } from 'node:events';
import { PermanentError } from '../../errors.ts';
import { plural } from '../../format.ts';
import { startSandbox } from '../../sandbox/start.ts';
import { commandName } from '../process/called.ts';
import type { Shell } from '../process/shell.ts';

/** What `sandbox` is given. */
export interface SandboxFlags {
  readonly port: number;
  readonly seed: number;
  readonly issues: number;
  readonly traps?: true;
}

/** Serves the stand-in until it is stopped. Returns the exit status. */
export async function runSandbox(shell: Shell, flags: SandboxFlags): Promise<number> {
  const { stdout, signal } = shell;
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
        `  PYLON_API_URL=${sandbox.url} PYLON_API_TOKEN=${sandbox.token} ${commandName(shell)} backfill\n`,
    );
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await sandbox.close();
  }
  return 0;
}
