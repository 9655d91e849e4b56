import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../errors.ts';

/** The user a server runs as where this process is root: Postgres refuses to run as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Accounts made for running a database, then those made for owning nothing. */
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
 * The account for a server: the one that already owns its files (`owner`), else the best of the system's.
 * It must be listed: `initdb` looks its user's name up and refuses without.
 *
 * @throws UsageError when root is the only user there is.
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

/** The account a server must run as; `undefined` where this process is not root and runs it as itself. */
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
