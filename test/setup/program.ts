import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { digestOfSources } from '../../rolldown.config.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROLLDOWN = fileURLToPath(new URL('../../node_modules/rolldown/bin/cli.mjs', import.meta.url));

/**
 * Programs of tests, made like the other one and beside it: one that keeps other times than those promised, and knows the
 * databases that the run makes as whole, as the other one does; and one that does nothing but hold an embedded server.
 */
const BESIDE = [
  ...['test/helpers/brisk-main.ts', 'test/postgres/holder.ts', '-d', '.brisk', '--cleanDir'],
  ...['--platform', 'node', '--external', 'pg-native', '--tsconfig', 'tsconfig.json'],
  ...['--chunkFileNames', '[name].js', '--transform.define', `PROGRAM_DIGEST:"${digestOfSources()}"`],
];

/**
 * Makes the programs that tests start as processes, as `npm run build` does.
 *
 * @throws Error with the bundler's words, which fails the run.
 */
export default async function setup(): Promise<void> {
  await Promise.all([bundle(['-c']), bundle(BESIDE)]);
}

async function bundle(words: readonly string[]): Promise<void> {
  const built = promisify(execFile)(process.execPath, [ROLLDOWN, ...words, '--logLevel', 'warn'], {
    cwd: ROOT,
  });
  await built.catch((cause: { readonly stderr?: string }) => {
    throw new Error(`the program could not be built:\n${cause.stderr}`, { cause });
  });
}
