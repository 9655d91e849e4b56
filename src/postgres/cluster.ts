import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PermanentError, reasonOf } from '../errors.ts';
import { type Binaries, runningAs } from './binaries.ts';
import { type Access, newAccess, SUPERUSER, writeAccess } from './credentials.ts';
import { giveTo, type Place, writePrivately } from './data-dir.ts';
import { codeOf } from './lock.ts';

const run = promisify(execFile);

/** The prefix of folders of unfinished clusters. The next start deletes those of killed processes. */
const DRAFT = 'new-';

/** The major version of a cluster; undefined if there is no cluster yet. */
export async function clusterMajor(place: Place): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(join(place.data, 'PG_VERSION'), 'utf8'), 10);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * UTF8 independent of the environment (without a locale `initdb` would choose SQL_ASCII), and a collation that no
 * update of the system's libraries can change. Before version 17, `C` converts the case of ASCII letters only.
 */
function localeOf(major: number): readonly string[] {
  const fixed = ['--encoding=UTF8', '--locale=C'];
  return major < 17 ? fixed : [...fixed, '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
}

/**
 * Creates the cluster in a temporary folder and renames it when it is complete, so that a killed process leaves all
 * of it or nothing.
 *
 * @throws PermanentError with initdb's message (a user that the system does not list, a full disk).
 */
export async function makeCluster(place: Place, binaries: Binaries, isLasting: boolean): Promise<Access> {
  await sweepDrafts(place);
  const draft = join(place.folder, `${DRAFT}${randomUUID()}`);
  const data = join(draft, 'data');
  const passwordFile = join(draft, 'password');
  const access = await newAccess();
  try {
    await mkdir(draft, { mode: 0o700 });
    await giveTo(place.account, draft);
    await writePrivately(passwordFile, access.password);
    await giveTo(place.account, passwordFile);
    const options = [
      ...[`--pgdata=${data}`, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`],
      ...['--auth=scram-sha-256', ...localeOf(binaries.major)],
      ...(isLasting ? [] : ['--no-sync']),
    ];
    await run(join(binaries.bin, 'initdb'), options, runningAs(place.account));
    // Written before the cluster, which cannot be used without its password.
    await writeAccess(place, access);
    await rename(data, place.data);
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim();
    throw new PermanentError(
      `cannot make a Postgres cluster in ${place.data}: ${said || reasonOf(cause)}\nMend what it names, or set DATABASE_URL=postgres://… to use a server of your own`,
      { cause },
    );
  } finally {
    await sweepDrafts(place);
  }
  return access;
}

/**
 * Deletes folders of unfinished clusters. An `initdb` that outlived its caller may still be writing: what cannot be
 * deleted now is deleted next time.
 */
async function sweepDrafts(place: Place): Promise<void> {
  for (const name of await readdir(place.folder)) {
    if (name.startsWith(DRAFT)) {
      await rm(join(place.folder, name), { recursive: true, force: true }).catch(() => {});
    }
  }
}
