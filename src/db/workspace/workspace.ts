import { eq } from 'drizzle-orm';
import { PermanentError, UsageError } from '../../errors.ts';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { settings } from '../tables.ts';
import { dropTokenRefusal } from './token.ts';

/** The organization that a token belongs to, as `GET /me` names it. */
export interface Workspace {
  readonly id: string;
  readonly name: string;
}

const KEY = 'workspace';

/** The workspace that a database is bound to; undefined before it is bound. */
export async function boundWorkspace(db: Executor): Promise<Workspace | undefined> {
  const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, KEY));
  return row?.value as Workspace | undefined;
}

/**
 * Binds the database to a workspace permanently: rows of two workspaces in one database could not be told apart.
 *
 * @throws UsageError, which names both, if the database is bound to another workspace; PermanentError if the
 * workspace has no id.
 */
export async function bindWorkspace(db: Database, lease: Lease, workspace: Workspace): Promise<void> {
  if (workspace.id === '') throw new PermanentError('GET /me: the answer names no organization id');
  const bound = await writing(db, lease, async (tx) => {
    await tx.insert(settings).values({ key: KEY, value: workspace }).onConflictDoNothing();
    // `GET /me` has just accepted the token.
    await dropTokenRefusal(tx);
    return boundWorkspace(tx);
  });
  if (bound?.id !== workspace.id) throw new UsageError(mismatch(bound, workspace));
}

/** The error message if a token belongs to another workspace than the database. */
export function mismatch(bound: Workspace | undefined, given: Workspace): string {
  return (
    `this database mirrors the workspace "${bound?.name}" (${bound?.id}), but the token belongs to ` +
    `"${given.name}" (${given.id}): use that workspace's token, or another DATABASE_URL`
  );
}
