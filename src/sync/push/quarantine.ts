import { quarantineEdits } from '../../db/edits/identity.ts';
import type { Context } from '../pass/context.ts';

/**
 * Saves the identity of this database. If it is a copy or a restored one, turns its waiting edits into drafts, so
 * that nothing of it is sent without an approval. Whoever first works on the database calls this, since people may
 * have edited it before anything was sent.
 */
export async function quarantine({ db, lease, log }: Context): Promise<void> {
  const drafts = await quarantineEdits(db, lease);
  if (drafts > 0)
    log.warn(
      { edits: drafts },
      'this database was copied or restored: its waiting edits are drafts until they are approved',
    );
}
