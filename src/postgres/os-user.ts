import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../errors.ts';

/** The user of a server that a root process starts: Postgres refuses to run as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Preferred accounts: those for a database, then those for processes without files. */
const PREFERRED = ['postgres', '_postgres', 'nobody', 'daemon'];

/** The entries of a passwd file that are not root. */
export function parsePasswd(text: string): readonly Account[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    const account = { name, uid: Number(uid), gid: Number(gid) };
    const isUsable = name !== '' && !name.startsWith('#') && uid !== '' && gid !== '';
    return isUsable && Number.isInteger(account.uid) && account.uid !== 0 ? [account] : [];
  });
}

/**
 * Chooses the account of a server: the one that owns its files (`owner`), otherwise the best of the system's. It must
 * be in the passwd file, because `initdb` looks its name up.
 *
 * @throws UsageError if root is the only user.
 */
export function chooseAccount(accounts: readonly Account[], owner: number | undefined): Account {
  const owning = accounts.find((account) => account.uid === owner);
  if (owning !== undefined) return owning;
  for (const name of PREFERRED) {
    const account = accounts.find((entry) => entry.name === name);
    if (account !== undefined) return account;
  }
  throw new UsageError(
    `Postgres refuses to run as root, and /etc/passwd has none of the users ${PREFERRED.join(', ')}: add one, run as an ordinary user, or set DATABASE_URL=postgres://… to use a server of your own`,
  );
}

/**
 * The account that a server must run as; undefined if this process is not root, so that the server runs as its own
 * user.
 */
export async function serverAccount(owner: number | undefined): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return chooseAccount(parsePasswd(await readFile('/etc/passwd', 'utf8')), owner);
}

/** Whether an account may pass through `folder` and every folder above it, by their mode bits. */
export async function canReach(account: Account, folder: string): Promise<boolean> {
  const { mode, uid, gid } = await stat(folder);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  if (((mode >> shift) & 1) === 0) return false;
  return folder === dirname(folder) || canReach(account, dirname(folder));
}
