import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Compiles the program, which tests start as processes; nothing is done where it is newer than its sources.
 *
 * @throws Error with the compiler's words, which fails the run.
 */
export default async function setup(): Promise<void> {
  const built = promisify(execFile)(process.execPath, [TSC, '--build', 'tsconfig.build.json'], { cwd: ROOT });
  await built.catch((cause: { readonly stdout?: string }) => {
    throw new Error(`the program does not compile:\n${cause.stdout}`, { cause });
  });
}
