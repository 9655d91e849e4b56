import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROLLDOWN = fileURLToPath(new URL('../../node_modules/rolldown/bin/cli.mjs', import.meta.url));

/** The program that keeps other times than those promised, made like the other one and beside it. */
const BRISK =
  'test/helpers/brisk-main.ts -d .brisk --platform node --external pg-native --tsconfig tsconfig.json';

/**
 * Makes the programs that tests start as processes, as `npm run build` does.
 *
 * @throws Error with the bundler's words, which fails the run.
 */
export default async function setup(): Promise<void> {
  await Promise.all([bundle(['-c']), bundle(BRISK.split(' '))]);
}

async function bundle(words: readonly string[]): Promise<void> {
  const built = promisify(execFile)(process.execPath, [ROLLDOWN, ...words, '--logLevel', 'warn'], {
    cwd: ROOT,
  });
  await built.catch((cause: { readonly stderr?: string }) => {
    throw new Error(`the program could not be built:\n${cause.stderr}`, { cause });
  });
}
