import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { optimisingAfter } from './v8.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROLLDOWN = fileURLToPath(new URL('../../node_modules/rolldown/bin/cli.mjs', import.meta.url));
const BRISK = fileURLToPath(new URL('../helpers/brisk-main.cjs', import.meta.url));

/** The command line of a process that waits less than is promised, and lives for seconds. */
export const BRISK_COMMAND = [process.execPath, optimisingAfter(45), BRISK] as const;

/** Nothing listens there: a daemon has loaded itself by the time it says so. */
const NOWHERE = {
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
  PYLON_API_TOKEN: 'a-token',
  PYLON_SYNC_HTTP: 'off',
};

/**
 * Makes the programs that tests start as processes, one of them as `npm run build` does.
 *
 * @throws Error with the words of what failed, which fails the run.
 */
export default async function setup(): Promise<void> {
  await Promise.all([bundle('rolldown.config.ts'), bundle('test/setup/beside.config.ts').then(keepCode)]);
}

async function bundle(config: string): Promise<void> {
  const words = [ROLLDOWN, '-c', config, '--logLevel', 'warn'];
  const built = promisify(execFile)(process.execPath, words, { cwd: ROOT });
  await built.catch((cause: { readonly stderr?: string }) => {
    throw new Error(`the program could not be built:\n${cause.stderr}`, { cause });
  });
}

/** Has a daemon keep what V8 compiles in its start, for those that tests start. */
async function keepCode(): Promise<void> {
  const { PATH } = process.env;
  // V8 accepts kept code only under the options under which it compiled it.
  const [node, ...words] = BRISK_COMMAND;
  const daemon = spawn(node, [...words, 'start'], {
    env: { ...NOWHERE, ...(PATH && { PATH }), TEST_CODE: 'keep' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.includes('database cannot be used')) daemon.kill('SIGTERM');
  });
  const [status] = await once(daemon, 'close');
  if (status !== 0) throw new Error(`the program that is to keep its code failed:\n${printed}`);
}
