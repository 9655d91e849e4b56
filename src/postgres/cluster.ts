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

/** Unfinished clusters; one whose maker was killed is swept at the next start. */
const DRAFT = 'new-';

/** The version a cluster was made by; `undefined` where there is none yet. */
export async function clusterMajor(place: Place): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(join(place.data, 'PG_VERSION'), 'utf8'), 10);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * UTF8 whatever the environment says (without a locale `initdb` would choose SQL_ASCII), and an order of
 * text that no update of the system's libraries can change under an index. Before version 17 `C` knows
 * upper and lower case of ASCII alone.
 */
function localeOf(major: number): readonly string[] {
  const fixed = ['--encoding=UTF8', '--locale=C'];
  return major < 17 ? fixed : [...fixed, '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
}

/**
 * Makes the cluster in a folder of its own and renames it when it is whole: killed at any moment, nothing
 * or everything is there.
 *
 * @throws PermanentError with initdb's own words (a user that the system does not list, a full disk).
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
    // Before the cluster: without its password it could not be used.
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

/** An `initdb` that outlived its caller may still be writing: what cannot go now goes next time. */
async function sweepDrafts(place: Place): Promise<void> {
  for (const name of await readdir(place.folder)) {
    if (name.startsWith(DRAFT)) {
      await rm(join(place.folder, name), { recursive: true, force: true }).catch(() => {});
    }
  }
}
