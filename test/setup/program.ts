import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROLLDOWN = fileURLToPath(new URL('../../node_modules/rolldown/bin/cli.mjs', import.meta.url));

/**
 * Makes the program, which tests start as processes, as `npm run build` does.
 *
 * @throws Error with the bundler's words, which fails the run.
 */
export default async function setup(): Promise<void> {
  const built = promisify(execFile)(process.execPath, [ROLLDOWN, '-c', '--logLevel', 'warn'], { cwd: ROOT });
  await built.catch((cause: { readonly stderr?: string }) => {
    throw new Error(`the program could not be built:\n${cause.stderr}`, { cause });
  });
}
